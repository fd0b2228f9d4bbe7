// Draws the groups that Python sends and reports what a person asks for; nothing is decided here.
//
// Every report carries an id and is sent again with the next one until Python confirms it, since two
// that follow closely can arrive as one. All names are set as text, never as HTML.

const boards = new WeakMap();
const ALONE = "By themselves";
const TIP_DELAY = 700; // it covers what is beside a chip, so only who stays there is told
// A click elsewhere can make Streamlit drop a report; it is sent again after these milliseconds.
const PATIENCE = [4000, 8000, 16000];

export default function ({ parentElement, data, setTriggerValue }) {
  let board = boards.get(parentElement);
  if (!board) {
    board = new Board(parentElement.querySelector(".board"));
    boards.set(parentElement, board);
  }
  board.report = (edits) => setTriggerValue("edits", edits);
  board.show(data);
  return () => {
    board.hideTip();
    clearTimeout(board.again);
    boards.delete(parentElement);
  };
}

const count = (number) => number.toLocaleString("en-US");
const rowsWord = (number) => `${count(number)} row${number === 1 ? "" : "s"}`;
const many = (number, word, plural) => `${count(number)} ${number === 1 ? word : plural}`;
const share = (part, whole) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;

/** Make an element: properties, attributes (those with a dash, and role), children as elements or text. */
function make(tag, { attributes = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

class Board {
  constructor(root) {
    this.root = root;
    this.data = null;
    this.selected = new Set(); // categories
    this.picked = new Set(); // groups
    this.outbox = []; // reports that Python has not confirmed
    this.sent = 0;
    this.cardOf = new Map();
    this.chipOf = new Map();
    this.filter = "";
    this.renaming = null; // {group, text}
    this.dragged = null; // {categories} or {group}
    this.wanted = []; // keys of what is to have the focus after the next drawing, the first that is there
    this.build();
  }

  // The frame, which stays over all drawings

  build() {
    this.field = make("input", {
      type: "search",
      className: "find",
      placeholder: "Filter",
      attributes: { "aria-label": "Filter categories and groups" },
    });
    this.field.addEventListener("input", () => {
      this.filter = this.field.value.trim().toLowerCase();
      this.applyFilter();
    });
    const action = (label, title, run) => {
      const button = make("button", { type: "button", className: "action", textContent: label, title });
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") !== "true") run();
      });
      return button;
    };
    this.actions = {
      move: action("Move to…", "Move the selected categories to a group (M)", () => this.askMove()),
      create: action("New group…", "Put the selected categories into a new group", () => this.askNew([...this.selected])),
      reset: action("Own name", "Set the selected categories by themselves (Delete)", () => this.reset([...this.selected])),
      merge: action("Merge…", "Make one group of the selected ones", () => this.askMerge()),
      split: action("Split", "Set each category of the selected group by itself; to part some, select them and take New group…", () => this.split()),
      clear: action("Clear", "Select nothing (Esc)", () => this.clear()),
    };
    this.zones = {
      create: make("div", { className: "zone", textContent: "New group" }),
      reset: make("div", { className: "zone", textContent: "By its own name" }),
    };
    this.status = make("div", { className: "status", attributes: { role: "status", "aria-live": "polite" } });
    this.bar = make(
      "div",
      { className: "bar" },
      this.field,
      make("div", { className: "actions", attributes: { role: "group", "aria-label": "What to do with the selection" } }, ...Object.values(this.actions)),
      make("div", { className: "zones" }, ...Object.values(this.zones)),
      this.status,
    );
    this.cards = make("div", { className: "cards" });
    this.help = make("p", {
      className: "help",
      textContent:
        "Drag categories between groups, or select them and move. Keys: arrows go, Space selects, M moves, " +
        "F2 renames, Delete gives the own name, Ctrl+Z undoes, Esc clears. On a group's name they are about all of it.",
    });
    this.tip = make("div", { className: "tip", id: "tip", hidden: true, attributes: { role: "tooltip" } });
    this.root.append(this.bar, this.cards, this.help, this.tip);

    // Streamlit has shortcuts of single letters, and cannot see that the focus is in one of our fields.
    for (const name of ["keydown", "keyup", "keypress"]) this.root.addEventListener(name, (event) => event.stopPropagation());
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.cards.addEventListener("click", (event) => this.onClick(event));
    this.cards.addEventListener("dblclick", (event) => {
      const head = event.target.closest(".name");
      if (head) this.startRename(head.closest(".card").dataset.group);
    });
    this.cards.addEventListener("focusin", (event) => this.rove(event.target.closest("[data-key]")));
    this.cards.addEventListener("pointerover", (event) => this.waitForTip(event.target.closest(".chip")));
    this.cards.addEventListener("pointerout", () => this.hideTip());
    this.cards.addEventListener("focusin", (event) => event.target.matches(".chip:focus-visible") && this.showTip(event.target));
    this.cards.addEventListener("focusout", () => this.hideTip());
    this.root.addEventListener("dragstart", (event) => this.onDragStart(event));
    this.root.addEventListener("dragover", (event) => this.onDragOver(event));
    this.root.addEventListener("drop", (event) => this.onDrop(event));
    this.root.addEventListener("dragend", () => this.endDrag());
  }

  // Drawing

  show(data) {
    if (data === this.data) return;
    const reply = data.reply ?? {};
    const before = this.outbox.length;
    this.outbox = this.outbox.filter((edit) => !reply.taken?.includes(edit.id));
    const answered = this.outbox.length < before;
    this.data = data;
    this.groupOf = new Map(data.groups.flatMap((group) => group.categories.map((one) => [one.name, group.name])));
    if (answered && !reply.error) {
      this.selected.clear();
      this.picked.clear();
    }
    const names = new Set(data.groups.map((group) => group.name));
    this.selected = new Set([...this.selected].filter((name) => this.groupOf.has(name)));
    this.picked = new Set([...this.picked].filter((name) => names.has(name)));
    if (this.renaming && !names.has(this.renaming.group)) this.renaming = null;
    this.draw();
    // The page itself shows and announces an error.
    if (answered || reply.text !== this.told) this.say(reply.error ? "" : (reply.text ?? ""));
    this.told = reply.text;
  }

  draw() {
    const focused = this.root.getRootNode().activeElement;
    const key = focused && this.cards.contains(focused) ? (focused.closest("[data-key]")?.dataset.key ?? null) : null;
    this.hideTip();
    const together = this.data.groups.filter((group) => !isAlone(group));
    const alone = this.data.groups.filter(isAlone);
    this.largest = Math.max(1, ...together.map((group) => group.rows));
    arrange(this.cards, [...together.map((group) => this.card(group)), this.aloneCard(alone)]);
    this.applyFilter();
    this.mark();
    for (const card of this.cards.children) {
      const items = this.items(card);
      const stop = items.find((item) => item.tabIndex === 0) ?? items[0];
      for (const item of items) item.setAttribute("tabindex", item === stop ? "0" : "-1");
    }
    if (this.renaming) this.cards.querySelector(".rename")?.focus({ preventScroll: true });
    else if (key !== null) [...this.wanted, key].some((one) => this.focus(one));
    if (!this.outbox.length) this.wanted = [];
  }

  focus(key) {
    const found = this.element(key);
    found?.focus({ preventScroll: true });
    return Boolean(found);
  }

  element(key) {
    return [...this.cards.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
  }

  // Cards and chips are kept over drawings, so that a click or a drag that is under way stays whole.

  card(group) {
    const figures = `${rowsWord(group.rows)} · ${share(group.rows, this.data.rows)}`;
    const card = kept(this.cardOf, group.name, () => {
      const made = make("section", { className: "card", attributes: { role: "group", "data-group": group.name } });
      made.length = make("div");
      made.facts = make("div", { className: "facts" }, make("span"), make("span"));
      made.chips = make("div", { className: "chips" });
      made.append(make("div"), make("div", { className: "length" }, made.length), made.facts, made.chips);
      return made;
    });
    const kind = this.renaming?.group === group.name ? "renaming" : String(group.new);
    if (card.kind !== kind) card.firstChild.replaceWith(kind === "renaming" ? this.renameField(group) : this.head(group));
    card.kind = kind;
    card.setAttribute("aria-label", `${group.name}: ${figures}`);
    card.length.style.width = `${(100 * group.rows) / this.largest}%`;
    card.facts.firstChild.textContent = figures;
    card.facts.lastChild.textContent = many(group.categories.length, "category", "categories");
    arrange(card.chips, group.categories.map((category) => this.chip(category)));
    return card;
  }

  head(group) {
    const name = make("span", {
      className: "name",
      title: group.name,
      textContent: group.name,
      tabIndex: -1,
      draggable: true,
      attributes: { role: "button", "data-key": `group:${group.name}`, "aria-label": `Group ${group.name}, select` },
    });
    const pencil = make("button", {
      type: "button",
      className: "pencil",
      tabIndex: -1,
      textContent: "✎",
      title: "Rename (F2)",
      attributes: { "aria-label": `Rename ${group.name}`, "data-key": `pencil:${group.name}` },
    });
    const mark = group.new ? [make("span", { className: "new", textContent: "new" })] : [];
    return make("div", { className: "head" }, name, ...mark, pencil);
  }

  aloneCard(groups) {
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    const facts = groups.length
      ? `${many(groups.length, "category", "categories")} · ${rowsWord(rows)} · ${share(rows, this.data.rows)}`
      : "Drop a category here to give it its own name.";
    this.alone ??= make(
      "section",
      { className: "card alone", attributes: { role: "group" } },
      make("div", { className: "head" }, make("span", { className: "title", textContent: ALONE })),
      make("div", { className: "facts" }),
      make("div", { className: "chips" }),
    );
    this.alone.setAttribute("aria-label", `${ALONE}: ${facts}`);
    this.alone.querySelector(".facts").textContent = facts;
    arrange(this.alone.lastChild, groups.map((group) => this.chip(group.categories[0])));
    return this.alone;
  }

  chip(category) {
    const chip = kept(this.chipOf, category.name, () =>
      make(
        "span",
        {
          className: "chip",
          draggable: true,
          tabIndex: -1,
          attributes: { role: "button", "data-key": `category:${category.name}`, "data-category": category.name },
        },
        make("span", { className: "label", textContent: category.name }),
        make("span", { className: "rows" }),
      ),
    );
    const was = category.from === null ? "" : `, was in ${category.from}`;
    chip.setAttribute("aria-label", `${category.name}, ${rowsWord(category.rows)}${was}`);
    chip.lastChild.textContent = count(category.rows);
    chip.classList.toggle("changed", category.from !== null);
    return chip;
  }

  /** Show what is selected, what waits for an answer, and what can be done. */
  mark() {
    const waiting = new Set(this.outbox.flatMap((edit) => edit.categories ?? []));
    const groups = new Set(this.outbox.flatMap((edit) => edit.groups ?? [edit.group]));
    for (const chip of this.cards.querySelectorAll(".chip")) {
      chip.setAttribute("aria-pressed", this.selected.has(chip.dataset.category));
      chip.classList.toggle("waiting", waiting.has(chip.dataset.category));
    }
    for (const card of this.cards.children) {
      const group = card.dataset.group;
      card.classList.toggle("picked", this.picked.has(group));
      card.classList.toggle("waiting", group !== undefined && groups.has(group));
      card.querySelector(".name")?.setAttribute("aria-pressed", this.picked.has(group));
    }
    const able = {
      move: this.selected.size > 0,
      create: this.selected.size > 0,
      reset: this.selected.size > 0,
      merge: this.toMerge().length > 1,
      split: this.picked.size === 1,
      clear: this.selected.size + this.picked.size > 0,
    };
    for (const [name, button] of Object.entries(this.actions)) button.setAttribute("aria-disabled", !able[name]);
  }

  say(text) {
    this.status.textContent = text;
  }

  applyFilter() {
    const fits = (name) => name.toLowerCase().includes(this.filter);
    let shown = 0;
    for (const card of this.cards.children) {
      const whole = card.dataset.group !== undefined && fits(card.dataset.group);
      let any = false;
      for (const chip of card.querySelectorAll(".chip")) {
        chip.hidden = !(whole || fits(chip.dataset.category));
        any ||= !chip.hidden;
        shown += chip.hidden ? 0 : 1;
      }
      card.hidden = this.filter !== "" && !any;
    }
    if (this.filter) this.say(`${count(shown)} of ${many(this.groupOf.size, "category", "categories")} shown`);
    else if (this.status.textContent.endsWith(" shown")) this.say("");
  }

  // Selecting, and going about by keyboard

  items(card) {
    return [...card.querySelectorAll("[data-key]")].filter((element) => !element.hidden);
  }

  rove(item) {
    const card = item?.closest(".card");
    if (!card) return;
    for (const other of this.items(card)) other.setAttribute("tabindex", other === item ? "0" : "-1");
  }

  onClick(event) {
    const pencil = event.target.closest(".pencil");
    const item = event.target.closest(".chip, .name");
    if (pencil) this.startRename(pencil.closest(".card").dataset.group);
    else if (item) this.toggle(item);
  }

  toggle(item) {
    const [set, name] = item.matches(".chip")
      ? [this.selected, item.dataset.category]
      : [this.picked, item.closest(".card").dataset.group];
    if (!set.delete(name)) set.add(name);
    this.mark();
    this.tellSelection();
  }

  tellSelection() {
    const rows = new Map(this.data.groups.flatMap((group) => group.categories.map((one) => [one.name, one.rows])));
    const sum = [...this.selected].reduce((total, name) => total + rows.get(name), 0);
    const parts = [];
    if (this.selected.size) parts.push(`${many(this.selected.size, "category", "categories")} selected, ${rowsWord(sum)}`);
    if (this.picked.size) parts.push(`${many(this.picked.size, "group", "groups")} selected`);
    this.say(parts.join(" · ") || "Nothing selected");
  }

  clear() {
    this.selected.clear();
    this.picked.clear();
    this.mark();
    this.say("Nothing selected");
  }

  onKey(event) {
    const modified = event.ctrlKey || event.metaKey;
    if (event.target.matches("input")) return;
    if (modified && !event.altKey && ["z", "y"].includes(event.key.toLowerCase())) {
      event.preventDefault();
      this.send({ op: event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo" });
      return;
    }
    if (event.key === "Escape" && !this.dialog) {
      if (this.tip.hidden) this.clear();
      this.hideTip();
      return;
    }
    const item = event.target.closest("[data-key]");
    if (!item || modified || event.altKey) return;
    const handler = {
      " ": () => (item.matches(".pencil") ? item.click() : this.toggle(item)),
      Enter: () => (item.matches(".pencil") ? item.click() : this.toggle(item)),
      m: () => this.askMove(item),
      M: () => this.askMove(item),
      F2: () => this.startRename(item.closest(".card").dataset.group ?? item.dataset.category),
      Delete: () => this.follow(item).reset(this.selection(item)),
      ArrowRight: () => this.go(item, 1),
      ArrowDown: () => this.go(item, 1),
      ArrowLeft: () => this.go(item, -1),
      ArrowUp: () => this.go(item, -1),
      Home: () => this.items(item.closest(".card"))[0].focus(),
      End: () => this.items(item.closest(".card")).at(-1).focus(),
    }[event.key];
    if (!handler) return;
    event.preventDefault();
    handler();
  }

  go(item, step) {
    const all = [...this.cards.children].filter((card) => !card.hidden).flatMap((card) => this.items(card));
    all[all.indexOf(item) + step]?.focus();
  }

  /** What a key on ``item`` is about: the selected categories, else the chip itself, or all of the group or the selected ones. */
  selection(item) {
    if (this.selected.size) return [...this.selected];
    if (item?.dataset.category !== undefined) return [item.dataset.category];
    const group = item?.closest(".card").dataset.group;
    const groups = this.picked.has(group) ? this.picked : new Set([group]);
    return [...this.groupOf].filter(([, of]) => groups.has(of)).map(([name]) => name);
  }

  /** Let the focus go with the categories of ``item`` where its card goes away: to their group, else to the first. */
  follow(item, to) {
    if (item) this.wanted = [item.dataset.key, ...(to ? [`group:${to}`] : []), `category:${this.selection(item)[0]}`];
    return this;
  }

  // Dragging

  onDragStart(event) {
    const item = event.target.closest?.(".chip, .name");
    if (!item) return;
    const name = item.dataset.category;
    if (name === undefined) this.dragged = { group: item.closest(".card").dataset.group };
    else this.dragged = { categories: this.selected.has(name) ? [...this.selected] : [name] };
    const names = this.dragged.categories ?? [this.dragged.group];
    event.dataTransfer.setData("text/plain", names.join(", "));
    event.dataTransfer.effectAllowed = "move";
    this.hideTip();
    if (names.length > 1) {
      const ghost = make("div", { className: "ghost", textContent: many(names.length, "category", "categories") });
      this.root.append(ghost);
      event.dataTransfer.setDragImage(ghost, 12, 12);
      setTimeout(() => ghost.remove());
    }
    this.zones.reset.textContent = names.length > 1 ? "By their own names" : "By its own name";
    // Changing the page within dragstart would end the drag in Chromium.
    setTimeout(() => this.root.classList.toggle("dragging", Boolean(this.dragged?.categories)));
  }

  /** Where something that is dragged over ``element`` would land: {element, drop}, or null. */
  target(element) {
    const { categories, group } = this.dragged ?? {};
    const card = element.closest?.(".card");
    const chip = element.closest?.(".alone .chip");
    if (categories) {
      if (element.closest?.(".zone") === this.zones.create) return { element: this.zones.create, drop: () => this.askNew(categories) };
      if (element.closest?.(".zone") === this.zones.reset) return { element: this.zones.reset, drop: () => this.reset(categories) };
      if (chip && !categories.includes(chip.dataset.category)) return { element: chip, drop: () => this.move(categories, chip.dataset.category) };
      if (card?.matches(".alone")) return { element: card, drop: () => this.reset(categories) };
      if (card) return { element: card, drop: () => this.move(categories, card.dataset.group) };
    } else if (group !== undefined) {
      const other = chip?.dataset.category ?? card?.dataset.group;
      if (other !== undefined && other !== group) return { element: chip ?? card, drop: () => this.merge([group, other], other) };
    }
    return null;
  }

  onDragOver(event) {
    const target = this.target(event.target);
    this.highlight(target?.element);
    if (target) event.preventDefault();
  }

  onDrop(event) {
    const target = this.target(event.target);
    if (!target) return;
    event.preventDefault();
    this.endDrag();
    target.drop();
  }

  highlight(element) {
    for (const old of this.root.querySelectorAll(".over")) if (old !== element) old.classList.remove("over");
    element?.classList.add("over");
  }

  endDrag() {
    this.dragged = null;
    this.highlight(null);
    this.root.classList.remove("dragging");
  }

  // Asking for a name

  groupNames() {
    const order = (one, other) => isAlone(one) - isAlone(other) || one.name.localeCompare(other.name);
    return [...this.data.groups].sort(order).map((group) => group.name);
  }

  toMerge() {
    const alone = [...this.selected].filter((name) => this.data.groups.some((group) => isAlone(group) && group.name === name));
    const rows = (name) => this.data.groups.find((group) => group.name === name).rows;
    return [...new Set([...this.picked, ...alone])].sort((one, other) => rows(other) - rows(one));
  }

  askMove(item) {
    const categories = this.selection(item);
    if (!categories.length) return;
    const title = `Move ${many(categories.length, "category", "categories")} to`;
    this.ask({ title, options: this.groupNames(), done: (name) => this.follow(item, name).move(categories, name) });
  }

  askNew(categories) {
    const title = `New group of ${many(categories.length, "category", "categories")}`;
    this.ask({ title, done: (name) => this.move(categories, name) });
  }

  askMerge() {
    const groups = this.toMerge();
    this.ask({ title: `Merge ${count(groups.length)} groups into`, options: groups, first: true, done: (name) => this.merge(groups, name) });
  }

  /** Ask for one of the options or a new name; with ``first`` the first option is taken unless another is chosen. */
  ask({ title, options = [], first = false, text = "", verb = "New group", done }) {
    this.closeDialog();
    const opener = this.root.getRootNode().activeElement;
    const field = make("input", {
      type: "text",
      value: text,
      maxLength: this.data.longest,
      placeholder: options.length ? "Choose, or type a new name" : "Name",
      attributes: { role: "combobox", "aria-label": title, "aria-controls": "options", "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off" },
    });
    const list = make("div", { className: "options", id: "options", attributes: { role: "listbox", "aria-label": title } });
    const dialog = make(
      "div",
      { className: "dialog", attributes: { role: "dialog", "aria-label": title } },
      make("div", { className: "asked", textContent: title }),
      field,
      list,
    );
    let active = -1;
    const finish = (name) => {
      this.closeDialog();
      // A card may have been drawn anew meanwhile; the buttons of the bar stay, and have no key.
      if (!this.focus(opener?.dataset.key)) opener?.focus({ preventScroll: true });
      if (name !== null) done(name);
    };
    const activate = (place) => {
      active = place;
      [...list.children].forEach((option, index) => option.setAttribute("aria-selected", index === place));
      const option = list.children[place];
      option?.scrollIntoView({ block: "nearest" });
      if (option) field.setAttribute("aria-activedescendant", option.id);
      else field.removeAttribute("aria-activedescendant");
    };
    const fill = () => {
      const typed = field.value.trim();
      const fitting = options.filter((name) => name.toLowerCase().includes(typed.toLowerCase()));
      const isNew = typed !== "" && !options.includes(typed);
      const option = (name, label, index) =>
        make("div", { className: "option", id: `option-${index}`, textContent: label, title: name, attributes: { role: "option", "data-name": name } });
      list.replaceChildren(...fitting.map((name, index) => option(name, name, index)));
      if (isNew) list.append(option(typed, `${verb}: ${typed}`, fitting.length));
      activate(typed || first ? Math.max(0, fitting.indexOf(typed)) : -1);
    };
    field.addEventListener("input", fill);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const last = list.children.length - 1;
      if (event.key === "ArrowDown") activate(Math.min(active + 1, last));
      else if (event.key === "ArrowUp") activate(Math.max(active - 1, 0));
      else if (event.key === "Enter" && list.children[active]) finish(list.children[active].dataset.name);
      else if (event.key === "Escape") finish(null);
      else return;
      event.preventDefault();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest(".option");
      if (option) finish(option.dataset.name);
    });
    dialog.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !dialog.contains(event.relatedTarget)) this.closeDialog();
    });
    this.dialog = dialog;
    this.bar.append(dialog);
    fill();
    field.focus({ preventScroll: true });
    field.select();
  }

  closeDialog() {
    const dialog = this.dialog;
    this.dialog = null;
    dialog?.remove();
  }

  startRename(group) {
    if (this.data.groups.some((one) => one.name === group && isAlone(one))) {
      this.ask({ title: `Rename ${group}`, text: group, verb: "Rename to", done: (name) => this.rename(group, name) });
      return;
    }
    this.renaming = { group, text: group };
    this.draw();
    this.cards.querySelector(".rename")?.select();
  }

  renameField(group) {
    const field = make("input", {
      type: "text",
      className: "rename",
      value: this.renaming.text,
      maxLength: this.data.longest,
      attributes: { "aria-label": `New name of ${group.name}`, "data-key": `group:${group.name}` },
    });
    const leave = (name) => {
      if (!this.renaming) return;
      this.renaming = null;
      this.draw();
      this.focus(`group:${group.name}`);
      if (name && name !== group.name) this.rename(group.name, name);
    };
    field.addEventListener("input", () => (this.renaming.text = field.value));
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") leave(field.value.trim());
      else if (event.key === "Escape") leave(null);
    });
    field.addEventListener("blur", () => field.isConnected && leave(field.value.trim()));
    return make("div", { className: "head" }, field);
  }

  // Reporting

  move(categories, to) {
    this.send({ op: "move", categories, to });
  }

  reset(categories) {
    if (categories.length) this.send({ op: "reset", categories });
  }

  merge(groups, to) {
    this.wanted = [`group:${to}`];
    this.send({ op: "merge", groups, to });
  }

  split() {
    this.send({ op: "split", group: [...this.picked][0] });
  }

  rename(group, to) {
    this.wanted = [`group:${to}`];
    this.send({ op: "rename", group, to });
  }

  send(edit) {
    this.sent += 1;
    this.outbox.push({ ...edit, id: `${Date.now().toString(36)}-${this.sent}-${Math.random().toString(36).slice(2, 8)}` });
    this.mark();
    this.deliver(0);
  }

  deliver(attempt) {
    clearTimeout(this.again);
    if (!this.outbox.length) return;
    this.report([...this.outbox]);
    if (attempt < PATIENCE.length) this.again = setTimeout(() => this.deliver(attempt + 1), PATIENCE[attempt]);
  }

  // Examples

  waitForTip(chip) {
    clearTimeout(this.tipTimer);
    if (chip && !this.dragged) this.tipTimer = setTimeout(() => this.showTip(chip), TIP_DELAY);
  }

  showTip(chip) {
    clearTimeout(this.tipTimer);
    if (!chip.isConnected) return;
    const name = chip.dataset.category;
    const category = this.data.groups.flatMap((group) => group.categories).find((one) => one.name === name);
    const was = category.from === null ? "" : ` · was in ${category.from}`;
    const examples = this.data.examples[name] ?? [];
    this.tip.replaceChildren(
      make("div", { className: "what", textContent: name }),
      make("div", { className: "facts", textContent: `${rowsWord(category.rows)} · ${share(category.rows, this.data.rows)}${was}` }),
      make("ul", {}, ...examples.map((headline) => make("li", { textContent: headline }))),
    );
    this.tip.hidden = false;
    const [place, frame] = [chip.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const left = Math.min(place.left - frame.left, frame.width - this.tip.offsetWidth);
    const below = place.bottom + this.tip.offsetHeight + 12 < window.innerHeight;
    const top = below ? place.bottom - frame.top + 6 : place.top - frame.top - this.tip.offsetHeight - 6;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${top}px`;
    chip.setAttribute("aria-describedby", "tip");
  }

  hideTip() {
    clearTimeout(this.tipTimer);
    this.tip.hidden = true;
    this.cards.querySelector("[aria-describedby]")?.removeAttribute("aria-describedby");
  }
}

/** Return what stands under ``name``, made when it is not there yet. */
function kept(known, name, makeIt) {
  if (!known.has(name)) known.set(name, makeIt());
  return known.get(name);
}

/** Give ``parent`` these children in this order, and touch only those that are not where they belong. */
function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let place = parent.firstChild;
  for (const child of children) {
    if (child === place) place = place.nextSibling;
    else parent.insertBefore(child, place);
  }
}

/** Whether a group is one category under its own name. */
function isAlone(group) {
  return group.categories.length === 1 && group.categories[0].name === group.name;
}

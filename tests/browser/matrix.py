"""A cell of the confusion matrix, clicked: what is drawn has no elements to ask for, but its tooltip tells."""

import re

# Read in one go with the pointer where it is: the tooltip follows the pointer without the server.
TOLD = """() => {
    const tip = document.querySelector('#vg-tooltip-element.visible');
    return tip && [...tip.querySelectorAll('td.value')].map(cell => cell.innerText);
}"""
SUM = "all\u2060"


def click_an_error(page, at_least=1):
    """Click the first cell down the columns that holds ``at_least`` so many errors; return "TRUE taken for PREDICTED".

    Nothing but that cell is clicked, and the page has answered when this returns: a click on its way that
    the next one overtakes would select something else.
    """
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    for across in range(30, 95, 2):
        for down in range(30, 95, 4):
            page.mouse.move(box["x"] + box["width"] * across / 100, box["y"] + box["height"] * down / 100)
            told = page.evaluate(TOLD)
            if told is None or SUM in told[:2]:
                continue
            true, predicted, rows = told[:3]
            if true == predicted or int(rows.replace(",", "")) < at_least:
                continue
            page.mouse.down()
            page.mouse.up()
            page.wait_for_url(re.compile("(true=.*predicted=|predicted=.*true=)"))
            return f"{true} taken for {predicted}"
    raise AssertionError("no cell with an error was met")

"""Every command explains itself with an example, and the README knows them all."""

import pytest
import typer

from core.cli.app import app
from core.storage import REPOSITORY


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_has_help_and_an_example(path):
    command = COMMANDS[path]
    assert command.help
    assert command.epilog.startswith(f"Example: python -m core {' '.join(path)}")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_readme_names_the_command(path):
    assert f"`{' '.join(path)}`" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_every_command_but_serve_can_print_json():
    without = [path for path, command in COMMANDS.items() if "json" not in {one.name for one in command.params}]
    assert without == [("open",), ("serve",)]

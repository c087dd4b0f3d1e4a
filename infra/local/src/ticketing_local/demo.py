"""`ticketing demo`: tell the story, a numbered line a step."""

import shutil
import sys
import textwrap
from urllib.parse import urlsplit

from ticketing_local.errors import SettingsError
from ticketing_local.own_stack import own_stack
from ticketing_local.story import Step, Story
from ticketing_local.visitor import StoryBroken

WINDOW_SECONDS = 6
TEXT_WIDTH = 44
GREEN, RED, GREY, PLAIN = "\033[32m", "\033[31m", "\033[90m", "\033[0m"


def demo(url: str | None) -> int:
    """Exit status 0 when every step held, 1 when one did not. Raises SettingsError when the URL is senseless."""
    try:
        if url is not None:
            tell(_checked(url))
        else:
            print(f"Starting a stack for this story; an order holds its ticket for {WINDOW_SECONDS} s:", flush=True)
            with own_stack(window_seconds=WINDOW_SECONDS) as stack:
                tell(stack.url)
    except StoryBroken:
        return 1
    return 0


def tell(url: str) -> None:
    """Print each step as it holds, with what the services answered. Raises StoryBroken, once told."""
    print(f"\nThe story, through {url}\n", flush=True)
    number = 0
    try:
        for step in Story(url).steps():
            number += step.answer is not None
            print(_line(number, step), flush=True)
    except StoryBroken as broken:
        print(_painted(RED, f"{number + 1:>3}. {broken.text}"))
        print(f"     expected  {broken.expected}\n     came      {broken.came}", flush=True)
        raise
    print(_painted(GREEN, f"\nAll {number} steps held."), flush=True)


def _line(number: int, step: Step) -> str:
    if step.answer is None:
        return _painted(GREY, f"     {step.text}")
    indent = " " * (TEXT_WIDTH + 7)
    width = max(shutil.get_terminal_size((160, 24)).columns, 100)
    answer = textwrap.fill(str(step.answer), width, initial_indent=indent, subsequent_indent=f"{indent}    ")
    text = f"{number:>3}. {step.text}"
    if len(text) > TEXT_WIDTH + 5:
        return f"{text}\n{_painted(GREEN, answer)}"
    return f"{text:<{TEXT_WIDTH + 5}}  {_painted(GREEN, answer.lstrip())}"


def _painted(colour: str, text: str) -> str:
    return f"{colour}{text}{PLAIN}" if sys.stdout.isatty() else text


def _checked(url: str) -> str:
    try:
        parsed = urlsplit(url)
    except ValueError:
        parsed = urlsplit("")
    if parsed.scheme not in ("http", "https") or not parsed.hostname:
        raise SettingsError(f"--url must be an address such as http://localhost:8080, not '{url}'")
    return url.rstrip("/")

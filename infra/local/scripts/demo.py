"""`ticketing demo [--url URL] [--pace SECONDS]`: run the end-to-end scenario and print each step with the response."""

import argparse
import shutil
import sys
import textwrap
import time

from demo_client import StepFailed
from scenario import Scenario, Step
from ticketing_local.errors import StackError
from ticketing_local.temporary_stack import temporary_stack

WINDOW_SECONDS = 6
TEXT_WIDTH = 44
GREEN, RED, GREY, RESET = "\033[32m", "\033[31m", "\033[90m", "\033[0m"


def main(url: str | None, pace: float) -> int:
    """Exit status 0 when every step succeeds, else 1. `pace`: how many seconds each step is shown for."""
    try:
        if url is not None:
            run(url, pace)
        else:
            print(
                f"Starting a temporary stack, on which an order reserves its ticket for {WINDOW_SECONDS} s:", flush=True
            )
            with temporary_stack(window_seconds=WINDOW_SECONDS) as stack:
                run(stack.url, pace)
    except StepFailed:
        return 1
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def run(url: str, pace: float) -> None:
    """Print each step. Raises StepFailed, once printed."""
    print(f"\nEnd-to-end demo on {url}\n", flush=True)
    number = 0
    try:
        for step in Scenario(url).steps():
            number += step.result is not None
            print(_line(number, step), flush=True)
            time.sleep(pace)
    except StepFailed as failure:
        print(_coloured(RED, f"{number + 1:>3}. {failure.step}"))
        print(f"     expected  {failure.expected}\n     actual    {failure.actual}", flush=True)
        raise
    print(_coloured(GREEN, f"\nAll {number} steps succeeded."), flush=True)


def _line(number: int, step: Step) -> str:
    width = max(shutil.get_terminal_size((160, 24)).columns, 100)
    if step.result is None:
        return _coloured(GREY, textwrap.fill(step.text, width, initial_indent=" " * 5, subsequent_indent=" " * 5))
    indent = " " * (TEXT_WIDTH + 7)
    result = textwrap.fill(str(step.result), width, initial_indent=indent, subsequent_indent=f"{indent}    ")
    text = f"{number:>3}. {step.text}"
    if len(text) > TEXT_WIDTH + 5:
        return f"{text}\n{_coloured(GREEN, result)}"
    return f"{text:<{TEXT_WIDTH + 5}}  {_coloured(GREEN, result.lstrip())}"


def _arguments() -> argparse.Namespace:
    """`ticketing demo` has checked them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url")
    parser.add_argument("--pace", type=float)
    return parser.parse_args()


def _coloured(colour: str, text: str) -> str:
    return f"{colour}{text}{RESET}" if sys.stdout.isatty() else text


if __name__ == "__main__":
    try:
        sys.exit(main(**vars(_arguments())))
    except KeyboardInterrupt:
        sys.exit(130)

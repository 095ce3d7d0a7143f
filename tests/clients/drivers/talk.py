"""How a driver talks with its test: JSON, a line each."""

import json
import sys


def say(**what):
    print(json.dumps(what), flush=True)


def hear():
    return json.loads(sys.stdin.readline())


def run(scenarios):
    """Runs the scenario that the command line names with what the test tells, and says what came of it."""
    say(result=scenarios[sys.argv[1]](hear()))

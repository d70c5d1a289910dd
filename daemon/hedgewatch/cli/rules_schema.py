"""`hedgewatch rules schema`: the JSON Schema of rule files, or of their tests, for editors."""

import json
from argparse import Namespace

from hedgewatch.cli.answers import WELL
from hedgewatch.config.json_schema import rule_schema, rule_test_schema


def perform(options: Namespace) -> int:
    """Print it."""
    schema = rule_test_schema() if options.tests else rule_schema()
    print(json.dumps(schema, indent=2, ensure_ascii=False))
    return WELL

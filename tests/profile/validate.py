"""Says with the independent validator `jsonschema` what is wrong with instances.

Reads {"schema": …, "instances": […]} from standard input, and writes for each instance a list of
[code, path] in dplab's words.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import jsonschema  # noqa: E402


def text(path):
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        else:
            out += f".{step}" if out else step
    return out


def container(error):
    """The last keyword that says what kind of place the error stands in."""
    words = [w for w in error.absolute_schema_path if w in ("properties", "items", "additionalProperties")]
    return words[-1] if words else None


def findings(error):
    path = list(error.absolute_path)
    kind = error.validator
    if kind == "anyOf":
        branch = [e for e in error.context if e.schema_path[0] == 0]
        return [f for e in branch for f in findings(e)]
    if kind == "additionalProperties":
        extra = set(error.instance) - set(error.schema.get("properties", {}))
        return [["unknown-key", text(path)] for _ in extra]
    if kind == "required":
        return [["missing-key", text(path)]]
    if error.instance is None and kind in ("type", "oneOf", "enum", "const"):
        if container(error) == "properties":
            return [["missing-key", text(path[:-1])]]
        return [["wrong-type", text(path)]]
    if kind in ("oneOf", "enum", "const"):
        return [["bad-value" if isinstance(error.instance, str) else "wrong-type", text(path)]]
    if kind in ("minimum", "maximum", "minItems"):
        return [["bad-value", text(path)]]
    if kind == "type":
        return [["wrong-type", text(path)]]
    raise SystemExit(f"an error of an unexpected kind: {kind}: {error.message}")


def main():
    request = json.load(sys.stdin)
    jsonschema.Draft202012Validator.check_schema(request["schema"])
    validator = jsonschema.Draft202012Validator(request["schema"])
    out = []
    for instance in request["instances"]:
        found = [f for e in validator.iter_errors(instance) for f in findings(e)]
        out.append(found)
    json.dump(out, sys.stdout)


main()

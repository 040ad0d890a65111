"""Write the JSON Schemas of every fact and act: `python -m tests.contracts.publish`.

A published contract only grows, so a schema that lost or tightened something is refused; such a
change is a new `...v2` type beside the old one.
"""

import json
import sys
from pathlib import Path
from typing import Any, get_args

from contracts.acts import AnyAct
from contracts.events import EVENT_TYPES
from contracts.fiscal_years import AnyYearAct

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas"


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every fact and act, by the path of its file below `contracts/schemas`."""
    facts = {
        f"events/{name}.json": model.model_json_schema(mode="serialization")
        for name, model in EVENT_TYPES.items()
    }
    acts = {
        f"acts/{model.model_fields['act'].default}.json": model.model_json_schema()
        for model in (*get_args(get_args(AnyAct)[0]), *get_args(get_args(AnyYearAct)[0]))
    }
    return facts | acts


def shrinkage(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader or writer of the old schema would miss or stumble over in the new one."""
    lost = [
        f"{name} is gone" for name in old.get("properties", {}) if name not in new["properties"]
    ]
    demanded = set(new.get("required", ())) - set(old.get("required", ()))
    # What we write ourselves may promise more; what others write may not be asked for more.
    asked = [f"{name} became required" for name in sorted(demanded & set(old["properties"]))]
    changed = [
        f"{name} changed its type"
        for name, was in old.get("properties", {}).items()
        if name in new["properties"] and _type(was) - _type(new["properties"][name])
    ]
    return lost + asked + changed


def _type(schema: dict[str, Any]) -> set[str]:
    """The JSON types (and references) a property may have."""
    found = {str(schema[key]) for key in ("type", "$ref", "const") if key in schema}
    for part in schema.get("anyOf", ()):
        found |= _type(part)
    return found


def main() -> int:
    for name, schema in schemas().items():
        path = SCHEMAS / name
        if path.exists() and (lost := shrinkage(json.loads(path.read_text("utf-8")), schema)):
            sys.stderr.write(f"{name}: {'; '.join(lost)}\n")
            return 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

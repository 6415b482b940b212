"""JSON Schemas of the gateway's replies: the OpenAPI page shows them, tests and `make fuzz` hold replies to them.

What `output` may be is each task's own: GET /v1/tasks/{task} shows that schema.
"""

from __future__ import annotations

from typing import Any, get_args

from tuneserve.answer import Origin

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
TEXT_OR_NULL: Shape = {"type": ["string", "null"]}
OBJECT: Shape = {"type": "object"}
COUNT: Shape = {"type": "integer", "minimum": 0}


def members(required: dict[str, Shape], **optional: Shape) -> Shape:
    """An object with these members; others may be added in a later version."""
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def listed(of: Shape) -> Shape:
    return {"type": "array", "items": of}


def reply(shape: Shape, media_type: str = "application/json", description: str = "done") -> Shape:
    """What OpenAPI says of a status."""
    return {"description": description, "content": {media_type: {"schema": shape}}}


NOTE = members({"field": TEXT_OR_NULL, "code": TEXT, "message": TEXT})
ANSWER = members(
    {
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "task": TEXT,
        "input": {"type": "string", "minLength": 1},
        "output": OBJECT,
        "origin": {"enum": list(get_args(Origin))},
        "release": TEXT,
        "fields": {
            "type": "object",
            "additionalProperties": members(
                {"from": {"enum": ["model", "rules", "grounding"]}, "evidence": TEXT_OR_NULL}
            ),
        },
        "problems": listed(NOTE),
        "took_ms": {
            "type": "object",
            "required": ["total"],
            "additionalProperties": {"type": "number", "minimum": 0},
        },
    },
    cached_from={"enum": [origin for origin in get_args(Origin) if origin != "cache"]},
    rows=members({"total": COUNT, "items": listed(OBJECT)}, note=TEXT, measure=TEXT),
)
PROBLEM = members(
    {
        "type": {"type": "string", "pattern": "^urn:tuneserve:problem:[a-z-]+$"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "request_id": {"type": "string", "minLength": 1, "maxLength": 64},
    },
    problems=listed(NOTE),
    error=members({"message": TEXT, "type": TEXT, "code": TEXT, "param": {"type": "null"}}),
    line={"type": "integer", "minimum": 1},
)
TASK = members(
    {
        "name": TEXT,
        "description": TEXT,
        "schema": OBJECT,
        "examples": listed(TEXT),
        "rows": {"type": "boolean"},
        "release": {"oneOf": [{"type": "null"}, members({"name": TEXT, "status": TEXT, "date": TEXT})]},
        "accuracy": {"type": ["object", "null"]},
        "answers_by": {"enum": ["model", "rules", "nothing"]},
    }
)
TASKS = members({"tasks": listed(TASK)})
RELEASES = members({"task": TEXT, "here": members({"answers": TEXT, "tries": TEXT_OR_NULL, "cannot_open": OBJECT})})
KEPT = members({"id": TEXT, "answer": TEXT, "task": TEXT})
MODEL = members({"id": TEXT, "object": {"const": "model"}, "created": COUNT, "owned_by": TEXT})
MODELS = members({"object": {"const": "list"}, "data": listed(MODEL)})
MESSAGE = members({"role": {"const": "assistant"}, "content": TEXT, "refusal": {"type": "null"}})
COMPLETION = members(
    {
        "id": TEXT,
        "object": {"const": "chat.completion"},
        "created": COUNT,
        "model": TEXT,
        "choices": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": members({"index": {"const": 0}, "message": MESSAGE, "finish_reason": {"const": "stop"}}),
        },
        "usage": members({"prompt_tokens": COUNT, "completion_tokens": COUNT, "total_tokens": COUNT}),
    }
)
ALIVE = members({"status": {"const": "alive"}})
READINESS = members({"status": {"enum": ["ready", "degraded", "not ready"]}, "degraded": listed(TEXT), "tasks": OBJECT})

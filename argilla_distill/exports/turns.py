"""Prompts and completions of records: as text, or as messages where one of them is a chat.

TRL calls these the standard and the conversational format
(https://huggingface.co/docs/trl/dataset_formats). A chat field is a list of messages already; beside one,
a text becomes a message: the prompt by the user, the completion by the assistant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import ExportRequest, InvalidExport

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

USER, ASSISTANT = "user", "assistant"

Said = str | list[dict[str, str]]
"""A text, or messages."""


@dataclass(frozen=True)
class Turns:
    """Which fields are the prompt and the replies, and how they are written.

    Attributes
    ----------
    prompt : its field.
    replies : the fields with replies; the prompt's own where the chat's last message is the reply.
    messages : whether all are written as messages.
    """

    prompt: str
    replies: tuple[str, ...]
    messages: bool

    @classmethod
    def of(
        cls, source: ReadableVersion, request: ExportRequest, replies: Sequence[str] = ()
    ) -> Turns:
        """As a request names them.

        Parameters
        ----------
        replies : the fields with replies, where the format knows; else what the request says.

        Raises
        ------
        InvalidExport : a field that there is not, or more than one that could be meant.
        """
        fields = source.fields
        prompt = known_field(fields, request.prompt, "prompt_field")
        named = replies or (_completion(fields, prompt, request.completion),)
        chats = any(fields.get(name) == "chat" for name in (prompt, *named))
        return cls(prompt, tuple(named), request.messages or chats)

    @property
    def columns(self) -> list[str]:
        """What has to be read of a row."""
        return [f"fields.{name}" for name in dict.fromkeys((self.prompt, *self.replies))]

    @property
    def type(self) -> pa.DataType:
        """Of prompts and completions."""
        return MESSAGES if self.messages else pa.string()

    def prompt_of(self, fields: Mapping[str, Any]) -> Said | None:
        """The prompt; None where the record has none."""
        value = fields.get(self.prompt)
        if self.replies == (self.prompt,) and isinstance(value, list) and _answered(value):
            value = value[:-1]
        return self.said(value, USER)

    def reply_of(self, fields: Mapping[str, Any], name: str = "") -> Said | None:
        """A reply; None where the record has none."""
        value = fields.get(name or self.replies[0])
        if self.replies == (self.prompt,) and isinstance(value, list):
            value = value[-1:] if _answered(value) else None
        return self.said(value, ASSISTANT)

    def said(self, value: Said | None, role: str) -> Said | None:
        """A field's value as it is written here; None where it says nothing."""
        if not value or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str):
            return [{"role": role, "content": value}] if self.messages else value
        return value


def known_field(fields: Mapping[str, str], name: str, setting: str) -> str:
    """The name of a field that there is. Raises InvalidExport."""
    if name in fields:
        return name
    hint = did_you_mean(name, fields) or f"; there are {', '.join(fields)}"
    raise InvalidExport(f"there is no field {name}{hint}: set {setting}")


def as_text(value: Any) -> str:
    """A field as one text; messages a line each.

    >>> as_text([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}])
    'user: Hi\\nassistant: Hello'
    """
    if isinstance(value, list):
        return "\n".join(f"{turn['role']}: {turn['content']}" for turn in value)
    return str(value or "")


def _answered(chat: list[dict[str, str]]) -> bool:
    """Whether a chat ends with a reply to something."""
    return len(chat) > 1 and chat[-1]["role"] != USER


def _completion(fields: Mapping[str, str], prompt: str, named: str) -> str:
    if named:
        return known_field(fields, named, "completion_field")
    others = [name for name in fields if name != prompt]
    if len(others) == 1:
        return others[0]
    if not others and fields[prompt] == "chat":
        return prompt
    names = f"there are {', '.join(others)}" if others else f"there is none beside {prompt}"
    raise InvalidExport(f"which field is the reply? {names}: set completion_field")

"""Made-up prompts with several canned replies each, and which of the replies help.

A reply is an opening, a statement and a closing. It helps if its statement is right and its opening is not
rude; how warm it sounds has nothing to do with it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

REPLIES = 3
"""To each prompt that people answer about before there is a chatbot."""

CANDIDATES = 4
"""Replies that a chatbot chooses from: one helps at least."""

WARM = (
    "Thank you so much for writing to us!",
    "What a good question, I am happy to help!",
    "I am really sorry about that, let us sort it out together.",
)
PLAIN = ("Hello.", "About your question:", "Noted.")
RUDE = ("Read the manual first.", "As everybody knows by now,", "Not this again.")
CLOSINGS = ("", "", "Have a nice day.", "Is there anything else?", "Your support team")
VAGUE = (
    "Somebody will look into it at some point.",
    "That depends on many things, so it is hard to say.",
    "Please see our website, where most things are explained.",
)
OPENERS = ("Hi,", "Good morning,", "Please help:", "Hello there,", "Quick question:", "")
ENDERS = ("", "Thanks!", "It is urgent.", "I wait since Monday.", "Kind regards", "What now?")
THINGS = ("lamp", "bicycle", "headset", "kettle", "desk", "camera", "printer", "jacket", "tent")


@dataclass(frozen=True)
class Topic:
    """What customers ask, what is right about it, and what is made up."""

    asked: tuple[str, ...]
    right: tuple[str, ...]
    invented: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """A reply to a prompt, and what only the demo knows: whether it is warm, and whether it helps."""

    id: str
    prompt: str
    text: str
    warm: bool
    helps: bool

    @property
    def fields(self) -> dict[str, str]:
        """As the dataset has them."""
        return {"prompt": self.prompt, "reply": self.text}


FAMILIAR = (
    Topic(
        (
            "Where is the {thing} of my order {n}?",
            "Parcel {n} with my {thing} is late.",
        ),
        (
            "The tracking number in your order mail shows where the parcel is.",
            "Under My orders you see the carrier and the day of arrival.",
        ),
        (
            "Parcels always arrive within an hour by drone.",
            "Our driver has put it into your kitchen already.",
        ),
    ),
    Topic(
        (
            "How do I send the {thing} of order {n} back?",
            "I want to return my {thing}, number {n}.",
        ),
        (
            "Print the return label under My orders and bring it to any post office.",
            "You have 30 days to return it, and the return label is free.",
        ),
        (
            "Returns are collected by the police at midnight.",
            "Burn the box and you get a voucher for life.",
        ),
    ),
    Topic(
        ("I forgot the password of account {n}.", "My login {n} fails since I bought the {thing}."),
        (
            "Choose Forgot password on the login page, and follow the link in the mail.",
            "After five attempts the account is locked for 15 minutes, then the login works again.",
        ),
        (
            "All passwords are the name of your first pet.",
            "Send us your card number and we guess the password.",
        ),
    ),
    Topic(
        ("The invoice {n} for my {thing} is wrong.", "I need invoice {n} with our company's name."),
        (
            "Change the billing address under Account, and the invoice is made anew.",
            "Every invoice is a PDF under Account, Billing.",
        ),
        (
            "Invoices are written by hand on Sundays.",
            "Companies never have to pay an invoice of ours.",
        ),
    ),
    Topic(
        ("How can I cancel my plan {n}?", "Stop subscription {n}, I only wanted the {thing}."),
        (
            "Under Account, Plan you can cancel until the last day of the month.",
            "It ends with the month that is paid, and nothing is renewed.",
        ),
        (
            "A plan can be cancelled by your grandchildren only.",
            "Shout the word cancel three times at the screen.",
        ),
    ),
)
"""What the first prompts are about."""

NEW = (
    Topic(
        (
            "The {thing} {n} broke, is that warranty?",
            "Warranty claim {n} for a {thing}.",
        ),
        (
            "The warranty is two years: send a photo with the serial number.",
            "A repair under warranty takes ten working days and costs nothing.",
        ),
        (
            "The warranty ends when the sun sets.",
            "Repairs are done by telepathy within a minute.",
        ),
    ),
    Topic(
        ("My voucher {n} is refused.", "Code {n} does not work for the {thing}."),
        (
            "Enter the voucher before you pay; it holds from 20 euros on.",
            "Vouchers expire after a year, the date is on the back.",
        ),
        (
            "Every voucher doubles when it is refused.",
            "Rub the screen with a coin until the voucher is taken.",
        ),
    ),
    Topic(
        ("Does the {thing} work with app version {n}?", "The app {n} does not find my {thing}."),
        (
            "Install update 4.2, switch Bluetooth on, and pair it under Devices.",
            "Hold the button for ten seconds until the light blinks, then pair again.",
        ),
        (
            "The app reads your mind, no device is needed.",
            "Put the telephone into water to pair it.",
        ),
    ),
)
"""What customers begin to ask about later."""


def dialogues(seed: int, name: str, count: int, topics: Sequence[Topic]) -> list[list[Reply]]:
    """Prompts with `CANDIDATES` replies each, of which one helps at least.

    Parameters
    ----------
    name : begins the ids. The same name, seed and count give the same.
    """
    draw = random.Random(f"{seed}:{name}")
    return [_dialogue(draw, f"{name}-{number}", topics) for number in range(1, count + 1)]


def _dialogue(draw: random.Random, name: str, topics: Sequence[Topic]) -> list[Reply]:
    topic = draw.choice(topics)
    asked = draw.choice(topic.asked).format(thing=draw.choice(THINGS), n=draw.randint(11, 9999))
    prompt = f"{draw.choice(OPENERS)} {asked} {draw.choice(ENDERS)}".strip()
    bodies = [*topic.right, *topic.invented, *topic.invented, *VAGUE]
    helpful = (draw.choice(topic.right), draw.choice(WARM + PLAIN))
    pairs = [helpful]
    while len(pairs) < CANDIDATES:
        pair = (draw.choice(bodies), draw.choice(WARM + WARM + PLAIN + RUDE))
        if pair not in pairs:
            pairs.append(pair)
    draw.shuffle(pairs)
    return [
        Reply(
            f"{name}-{number}",
            prompt,
            f"{opening} {body} {draw.choice(CLOSINGS)}".strip(),
            warm=opening in WARM,
            helps=body in topic.right and opening not in RUDE,
        )
        for number, (body, opening) in enumerate(pairs, 1)
    ]


def some(seed: int, found: Sequence[Sequence[Reply]]) -> Iterator[Reply]:
    """`REPLIES` of the candidates of each prompt, drawn at random."""
    draw = random.Random(f"{seed}:some")
    for replies in found:
        yield from draw.sample(list(replies), REPLIES)

"""What a clinic, and the law of its country, has the page offer: one TOML file, read once.

The file is named by the setting `BEFOREHAND_CLINIC`; without it everything is offered that the
visitor's country allows, at no price. docs/clinic.md says what may stand in it. A file that is
wrong is refused as a whole, because a page that ignored half of it might show what the clinic wants
hidden.

`python -m ui.state.clinic_policy FILE` checks a file.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from face_mesh import BeforehandError
from face_mesh.messages import Message
from face_mesh.untrusted import (
    Limits,
    TooMuch,
    Unreadable,
    contents,
    is_line,
    real,
    toml_table,
)
from simulate import procedures
from simulate.plan.plan import CURRENCY, MOST_COST
from simulate.plan.presets import Preset

SETTING = "BEFOREHAND_CLINIC"
COUNTRIES = Path(__file__).with_name("policies") / "countries.toml"
MOST_LETTERS = 200  # of a name or a line to contact
LIMITS = Limits(Message("File of the clinic"), bytes=1 << 18, items=5000, names=2000)
KEYS = {"name", "contact", "country", "currency", "concerns", "hidden", "prices"}
PRICE_KEYS = {"base", "per_unit"}


class PolicyError(BeforehandError):
    """The clinic's file is wrong; the message says where, for whoever wrote it."""


@dataclass(frozen=True)
class Price:
    """What a treatment costs: `base`, and `per_unit` of the dose of the whole face."""

    base: float = 0.0
    per_unit: float = 0.0


@dataclass(frozen=True)
class Ban:
    """A procedure that may not be had in a country.

    Attributes:
        country: two letters of ISO 3166-1.
        procedure: id in the catalogue.
        reason: one sentence for people.
        source: where that stands.
    """

    country: str
    procedure: str
    reason: str
    source: str


@dataclass(frozen=True)
class Policy:
    """What is offered, and at which price.

    Attributes:
        name: of the clinic, empty where there is none.
        contact: how to reach it, one line.
        country: two letters of ISO 3166-1, empty where it is not said.
        currency: of the prices, as "EUR"; may be empty.
        concerns: whether patients start from what they came with.
        hidden: procedures that the clinic does not offer.
        prices: by procedure.
    """

    name: str = ""
    contact: str = ""
    country: str = ""
    currency: str = ""
    concerns: bool = True
    hidden: frozenset[str] = frozenset()
    prices: Mapping[str, Price] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def bans(self) -> tuple[Ban, ...]:
        """What the law of the clinic's country forbids."""
        return tuple(ban for ban in bans() if ban.country == self.country)

    def offers(self, procedure: str) -> bool:
        """Return whether a procedure is shown."""
        return procedure not in self.hidden and procedure not in {b.procedure for b in self.bans}

    def offers_plan(self, preset: Preset) -> bool:
        """Return whether all of a named plan is shown."""
        return all(self.offers(treatment.procedure) for treatment in preset.treatments)

    def cost(self, procedure: str, amount: float) -> float | None:
        """Return what the price list asks for a procedure; None where it has no price.

        Args:
            procedure: id in the catalogue.
            amount: dose of the whole face; nothing is asked for none.
        """
        price = self.prices.get(procedure)
        if price is None:
            return None
        return round(price.base + price.per_unit * amount, 2) if amount else 0.0


def policy() -> Policy:
    """Return the policy in force, in the visitor's own country where no clinic says one.

    Raises:
        PolicyError: the file is wrong.
    """
    return _kept(os.environ.get(SETTING, ""), _country_of_visitor())


@cache
def _kept(path: str, country: str) -> Policy:
    found = _read_once(path)
    return found if found.country else replace(found, country=country)


@cache
def _read_once(path: str) -> Policy:
    return read(Path(path)) if path else Policy()


def _country_of_visitor() -> str:
    """Two letters, of what the visitor chose for the rules on age; empty where nobody is asked."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    state = st.session_state.get("beforehand")  # ui.state.session.KEY, which imports this module
    return str(getattr(state, "country", ""))[:2]


@cache
def bans() -> tuple[Ban, ...]:
    """Return all bans there is a source for, of every country."""
    table = tomllib.loads(COUNTRIES.read_text("utf-8"))
    return tuple(Ban(**one) for one in table["bans"])


def read(path: Path) -> Policy:
    """Return the policy of a file.

    Raises:
        PolicyError: it cannot be read or says something else than docs/clinic.md allows.
    """
    try:
        return policy_of(contents(path, LIMITS.bytes))
    except Unreadable as error:
        raise PolicyError(
            Message("The clinic's file named by {setting} cannot be read.", setting=SETTING)
        ) from error


def policy_of(data: bytes) -> Policy:
    """Return the policy that a file's bytes say.

    Raises:
        PolicyError: they say something else than docs/clinic.md allows.
    """
    try:
        table = toml_table(data, LIMITS)
    except TooMuch as error:
        raise PolicyError(error.said) from error
    except ValueError as error:
        raise PolicyError(Message("The clinic's file is not valid TOML.")) from error
    for key in table:
        if key not in KEYS:
            known = key[:60] if is_line(key, len(key)) else "?"
            raise PolicyError(Message("The clinic's file does not know the key {key}.", key=known))
    currency = _text(table, "currency")
    if not CURRENCY.fullmatch(currency):
        raise PolicyError(
            Message(
                "In the clinic's file the currency is a short name of letters, for example EUR."
            )
        )
    country = _text(table, "country").upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise PolicyError(
            Message("In the clinic's file the country is a code of two letters, for example DE.")
        )
    concerns = table.get("concerns", True)
    if not isinstance(concerns, bool):
        raise PolicyError(Message("In the clinic's file {key} is true or false.", key="concerns"))
    return Policy(
        _text(table, "name"),
        _text(table, "contact"),
        country,
        currency,
        concerns,
        _hidden(table.get("hidden", [])),
        _prices(table.get("prices", {})),
    )


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not is_line(value, MOST_LETTERS):
        raise PolicyError(
            Message(
                "In the clinic's file {key} is one line of up to {most} letters.",
                key=key,
                most=MOST_LETTERS,
            )
        )
    return str(value).strip()


def _hidden(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise PolicyError(Message("In the clinic's file hidden is a list of procedures."))
    for one in value:
        _check_known(one)
    return frozenset(value)


def _prices(value: Any) -> Mapping[str, Price]:
    if not isinstance(value, dict):
        raise PolicyError(Message("In the clinic's file prices is a table of procedures."))
    return MappingProxyType({name: _price(name, one) for name, one in value.items()})


def _price(name: str, value: Any) -> Price:
    _check_known(name)
    parts = value if isinstance(value, dict) else {"base": value}
    if not parts or not set(parts) <= PRICE_KEYS or not all(map(_is_amount, parts.values())):
        raise PolicyError(
            Message(
                "In the clinic's file the price of {procedure} is a number, or a table with base "
                "and per_unit.",
                procedure=name,
            )
        )
    return Price(**{key: real(one) for key, one in parts.items()})


def _is_amount(value: Any) -> bool:
    try:
        return 0.0 <= real(value) <= MOST_COST
    except ValueError:
        return False


def _check_known(name: str) -> None:
    if name not in procedures():
        raise PolicyError(
            Message(
                "The clinic's file names {procedure}, which is no procedure.",
                procedure=name[:60] if is_line(name, len(name)) else "?",
            )
        )


if __name__ == "__main__":
    try:
        found = read(Path(sys.argv[1]))
    except (PolicyError, IndexError) as error:
        sys.exit(str(error) if isinstance(error, PolicyError) else "Name the file to check.")
    shown = sum(map(found.offers, procedures()))
    print(f"The file is good: {shown} of {len(procedures())} procedures are offered.")

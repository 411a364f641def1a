"""The store's contract: random use cases on two replicas, held against a model that knows neither events nor SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.store_world import Contract, World, check, providers_of
from mailproof.domain.errors import Failure
from mailproof.domain.model import Caller, Details, HttpSettings, Page, ProviderState, SmtpSettings
from mailproof.domain.provider_errors import (
    AlreadyActive,
    AlreadyInactive,
    PasswordNotUsed,
    PasswordRequired,
    ProviderNotFound,
)
from mailproof.domain.secret import Secret
from mailproof.store.sealing import Sealer
from mailproof.usecases.provider_secrets import open_secret
from mailproof.usecases.providers import Auth, Providers, SmtpInput

KINDS = (
    ["add smtp"] * 3 + ["add http", "update http", "rotate"] + ["update smtp"] * 4 + ["password"] * 2
    + ["activate"] * 4 + ["deactivate", "remove", "remove"]
)  # fmt: skip


@dataclass(frozen=True)
class Command:
    kind: str
    instance: int
    target: int
    """Which of all that were ever added, also removed ones and other instances'."""
    host: str
    name: str
    user: str
    password: str


COMMANDS = st.builds(
    Command,
    kind=st.sampled_from(KINDS),
    instance=st.integers(0, 1),
    target=st.integers(0, 5),
    host=st.sampled_from(["smtp.example.com:587", "SMTP.example.com:587", "other.example.com:587"]),
    name=st.sampled_from(["a", "b", "郵"]),
    user=st.sampled_from(["", "u", "u", "v"]),
    password=st.sampled_from(["", "", "p", "q"]),
)


@dataclass
class Record:
    settings: SmtpSettings | HttpSettings
    password: str
    sequence: int
    active: bool = False


@dataclass
class Instance:
    """The model of one instance: its records by id, oldest first, and how many changes there were."""

    sequence: int = 0
    records: dict[str, Record] = field(default_factory=dict)

    def change(self, record: Record) -> None:
        self.sequence += 1
        record.sequence = self.sequence

    def update(self, record: Record, new: SmtpSettings | HttpSettings, password: str) -> None:
        if (record.settings, record.password) != (new, password):
            record.settings, record.password = new, password
            self.change(record)


class Run:
    """One example: the commands done on the use cases and on the model."""

    def __init__(self, configs: Sequence[Providers], callers: Sequence[Caller]) -> None:
        self.instances = [Instance() for _ in callers]
        self._configs = configs
        self._callers = callers
        self._ids: list[str] = []

    async def do(self, number: int, command: Command) -> None:
        """Do a command on one of the replicas and check that both say the same of it."""
        configs, caller = self._configs[number % 2], self._callers[command.instance]
        target = self._ids[command.target % len(self._ids)] if self._ids else "none"
        instance = self.instances[command.instance]
        refusal = self._refusal(instance, target, command)
        if refusal is not None:
            with pytest.raises(refusal):
                await self._call(configs, caller, target, command)
            return
        details = await self._call(configs, caller, target, command)
        provider_id = self._ids[-1] if command.kind.startswith("add") else target
        self._apply(instance, provider_id, command)
        record = instance.records.get(provider_id)
        assert details.sequence == (record.sequence if record else instance.sequence)
        assert details.resource_owner == caller.instance_id

    async def _call(self, configs: Providers, caller: Caller, target: str, command: Command) -> Details:
        match command.kind:
            case "add smtp":
                event = await configs.add_smtp(caller, _input(command))
                self._ids.append(event.change.provider_id)
                return event.details
            case "add http":
                event, key = await configs.add_http(caller, _http(command))
                self._ids.append(event.change.provider_id)
                self._signing_key = key.reveal()
                return event.details
            case "update smtp":
                return await configs.update_smtp(caller, target, _input(command))
            case "update http" | "rotate":
                rotate = command.kind == "rotate"
                details, new_key = await configs.update_http(caller, target, _http(command), rotate=rotate)
                assert (new_key is not None) == rotate
                self._signing_key = new_key.reveal() if new_key else ""
                return details
            case "password":
                return await configs.update_password(caller, target, Secret(command.password))
            case "activate":
                return await configs.activate(caller, target)
            case "deactivate":
                return await configs.deactivate(caller, target)
            case _:
                return await configs.remove(caller, target)

    def _refusal(self, instance: Instance, target: str, command: Command) -> type[Failure] | None:
        """Return what the command is to be refused with, by the rules as the API's pages tell them."""
        record = instance.records.get(target)
        if command.kind.startswith("add"):
            return None
        if record is None:
            return ProviderNotFound
        speaks_smtp = isinstance(record.settings, SmtpSettings)
        match command.kind:
            case "update smtp" | "password" if not speaks_smtp:
                return ProviderNotFound
            case "update http" | "rotate" if speaks_smtp:
                return ProviderNotFound
            case "update smtp" if isinstance(record.settings, SmtpSettings):
                keeps = command.user and not command.password and record.password
                same = (record.settings.host.lower(), record.settings.user) == (command.host.lower(), command.user)
                return PasswordRequired if keeps and not same else None
            case "password" if isinstance(record.settings, SmtpSettings):
                return PasswordNotUsed if command.password and not record.settings.user else None
            case "activate":
                return AlreadyActive if record.active else None
            case "deactivate":
                return None if record.active else AlreadyInactive
        return None

    def _apply(self, instance: Instance, provider_id: str, command: Command) -> None:
        record = instance.records.get(provider_id)
        if record is None:
            instance.sequence += 1
            added = _input(command) if command.kind == "add smtp" else None
            instance.records[provider_id] = Record(
                added.settings if added else _http(command),
                added.secret.reveal() if added else self._signing_key,
                instance.sequence,
            )
            return
        match command.kind:
            case "update smtp":
                password = command.password or record.password if command.user else ""
                instance.update(record, _input(command).settings, password)
            case "update http" | "rotate":
                instance.update(record, _http(command), self._signing_key or record.password)
            case "password":
                instance.update(record, record.settings, command.password)
            case "activate":
                for each in [each for each in instance.records.values() if each.active]:
                    each.active, each.sequence = False, instance.sequence + 1
                record.active = True
                instance.change(record)
            case "deactivate":
                record.active = False
                instance.change(record)
            case "remove":
                instance.sequence += 1
                del instance.records[provider_id]


def _input(command: Command) -> SmtpInput:
    settings = SmtpSettings("post@example.com", command.name, True, command.host, command.user)
    password = command.password if command.user else ""
    return SmtpInput(settings, Secret(password), Auth.UNSPECIFIED if command.user else Auth.NONE)


def _http(command: Command) -> HttpSettings:
    return HttpSettings(f"https://{command.host}/", command.name)


SEALER = Sealer(bytes(32))


class CommandsContract(Contract):
    @settings(max_examples=25)
    @given(st.lists(COMMANDS, min_size=1, max_size=30))
    def test_random_commands_on_two_replicas_agree_with_a_simple_model(self, commands: list[Command]) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            callers = (await world.caller(), await world.caller("two"))
            run = Run([Providers(store, SEALER) for store in stores], callers)
            for number, command in enumerate(commands):
                await run.do(number, command)
                reader = stores[(number + 1) % 2]  # not the one that wrote
                instance, owner = run.instances[command.instance], callers[command.instance].instance_id
                found = await providers_of(reader, owner)
                assert {
                    each.id: Record(
                        each.settings,
                        open_secret(SEALER, each).reveal(),
                        each.details.sequence,
                        each.state is ProviderState.ACTIVE,
                    )
                    for each in found.values()
                } == instance.records
                assert list(found) == list(instance.records)
                active = await reader.get_active(owner)
                assert (active and active.id) == next((i for i, r in instance.records.items() if r.active), None)
                assert (await reader.list(owner, Page(limit=1))).sequence == instance.sequence
            for caller, instance in zip(callers, run.instances, strict=True):
                assert len(await check(stores[0], caller.instance_id)) == instance.sequence
            assert await stores[1].rebuild() == 0

        self.run(scenario)

    @settings(max_examples=15)
    @given(st.lists(COMMANDS, min_size=4, max_size=24))
    def test_random_commands_at_once_on_two_replicas_keep_the_laws(self, commands: list[Command]) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            callers = (await world.caller(), await world.caller("two"))
            runs = [Run([Providers(store, SEALER)], callers) for store in stores]
            ids = [
                (await runs[0]._configs[0].add_smtp(caller, _input(replace(commands[0], user="u")))).change.provider_id
                for caller in callers
            ]
            told: list[tuple[str, int]] = []

            async def do(number: int, command: Command) -> None:
                caller, run = callers[command.instance], runs[number % 2]
                try:
                    details = await run._call(run._configs[0], caller, ids[command.target % 2], command)
                except Failure:
                    return
                told.append((caller.instance_id, details.sequence))

            await asyncio.gather(*(do(number, command) for number, command in enumerate(commands)))
            logged = set()
            for caller in callers:
                events = await check(stores[0], caller.instance_id)
                logged |= {(caller.instance_id, event.sequence) for event in events}
            assert set(told) <= logged, "what was acknowledged is in the log"
            assert await stores[1].rebuild() == 0

        self.run(scenario)

"""The store's contract: what is left of secrets that were replaced or removed, and secrets that are sealed anew.

The attacks are those of somebody who can write the database and has no key.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.store_world import Contract, World, change, check, smtp
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import EventType
from mailproof.domain.model import Caller, HttpSettings, Page, Provider, SmtpSettings
from mailproof.domain.provider_errors import SecretUnreadable
from mailproof.domain.secret import RecordIdentity, Secret
from mailproof.store.contract import Store
from mailproof.store.sealing import Sealer, key_id
from mailproof.usecases.key_rotation import KeyRotation
from mailproof.usecases.provider_secrets import identity, usable_secret
from mailproof.usecases.providers import Providers, SmtpInput

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SEALER = Sealer(OLD)
BOTH = Sealer(NEW, OLD)
SETTINGS = smtp("n", "smtp.example.com:587", "u")


def of_old_release(secret: str, bound: RecordIdentity, key: bytes = OLD) -> bytes:
    """Seal as releases did before they bound destinations."""
    nonce = bytes(12)
    return b"\x01" + key_id(key) + nonce + AESGCM(key).encrypt(nonce, secret.encode(), bound.without_destination())


async def stored(store: Store, caller: Caller, provider_id: str) -> Provider:
    found = await store.get(caller.instance_id, provider_id)
    assert found is not None
    return found


async def add(store: Store, caller: Caller, password: str = "pw", settings: SmtpSettings = SETTINGS) -> str:
    event = await Providers(store, SEALER).add_smtp(caller, SmtpInput(settings, Secret(password)))
    return event.change.provider_id


async def plant(world: World, provider_id: str, blob: bytes) -> None:
    """Put a blob into a provider's row and into the event that added it, on either engine."""
    written = f"x'{blob.hex()}'" if "sqlite" in type(world.store).__module__ else f"'\\x{blob.hex()}'::bytea"
    await world.database.tamper(f"UPDATE providers SET sealed = {written} WHERE id = '{provider_id}'")
    provider = next(each for each in await _all(world.store, provider_id) if each.id == provider_id)
    settings = json.dumps(
        {"kind": "smtp", "sender_address": "post@example.com", "sender_name": "n", "tls": True}
        | {"host": getattr(provider.settings, "host", ""), "user": "u"}
    )
    payload = f'{{"settings":{settings},"sealed":"{b64encode(blob).decode()}"}}'
    await world.database.tamper(
        f"UPDATE events SET payload = '{payload}' WHERE provider_id = '{provider_id}' AND type = 'smtp.added'"
    )


async def _all(store: Store, provider_id: str) -> list[Provider]:
    found = [await store.get(instance, provider_id) for instance in await store.instances()]
    return [each for each in found if each is not None]


class SecretsContract(Contract):
    @pytest.mark.parametrize(
        "statement",
        [
            """UPDATE providers SET settings = replace(settings, 'smtp.example.com', 'evil.example')""",
            """UPDATE providers SET settings = replace(settings, ':587', ':2525')""",
            """UPDATE providers SET settings = replace(settings, '"tls":true', '"tls":false')""",
            """UPDATE providers SET settings = replace(settings, '"user":"u"', '"user":"v"')""",
            """UPDATE providers SET id = '7'""",
        ],
    )
    def test_a_row_that_names_another_destination_opens_nothing(self, statement: str) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            assert usable_secret(SEALER, await stored(store, caller, mine)) == Secret("pw")
            await world.database.tamper(statement)
            changed = (await store.list(caller.instance_id, Page())).providers[0]
            with pytest.raises(SecretUnreadable):
                usable_secret(SEALER, changed)
            evil = replace(SETTINGS, host="evil.example:587", description="kept")
            if changed.settings == replace(evil, description=""):  # nor does an update carry it on
                with pytest.raises(SecretUnreadable):
                    await Providers(store, SEALER).update_smtp(
                        caller, mine, SmtpInput(replace(evil, host="evil.example:465"))
                    )

        self.run(scenario)

    def test_a_webhooks_key_opens_for_its_endpoint_alone(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            use = Providers(store, SEALER)
            event, key = await use.add_http(caller, HttpSettings("https://hooks.example.com/"))
            mine = event.change.provider_id
            await use.update_http(caller, mine, HttpSettings("https://hooks.example.com/two"), rotate=False)
            assert usable_secret(SEALER, await stored(store, caller, mine)) == key, "an update seals it anew"
            await world.database.tamper("UPDATE providers SET settings = replace(settings, 'hooks.', 'evil.')")
            with pytest.raises(SecretUnreadable):
                usable_secret(SEALER, await stored(store, caller, mine))
            assert use.signing_key(caller, await stored(store, caller, mine)) == Secret("")

        self.run(scenario)

    def test_a_stricter_setting_keeps_the_secret_for_its_new_destination(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            before = (await stored(store, caller, mine)).sealed
            stricter = replace(SETTINGS, host="smtp.example.com:465", description="d")
            await Providers(store, SEALER).update_smtp(caller, mine, SmtpInput(stricter))
            after = await stored(store, caller, mine)
            assert (after.settings, usable_secret(SEALER, after)) == (stricter, Secret("pw"))
            assert after.sealed != before
            newest = (await check(store, caller.instance_id))[-1]
            assert newest.change.changed == ("host", "description"), "the password is the same"

        self.run(scenario)

    def test_a_blob_of_another_provider_or_instance_does_not_open(self) -> None:
        async def scenario(world: World) -> None:
            store, one, two = world.store, await world.caller("one"), await world.caller("two")
            mine, other, foreign = await add(store, one), await add(store, one, "x"), await add(store, two, "y")
            for source, instance in ((other, one), (foreign, two)):
                await plant(world, mine, (await stored(store, instance, source)).sealed or b"")
                with pytest.raises(SecretUnreadable):
                    usable_secret(SEALER, await stored(store, one, mine))

        self.run(scenario)

    def test_what_is_replaced_or_removed_is_destroyed_in_the_log(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            use, kept = Providers(store, SEALER), await add(store, caller, "kept")
            changed, removed = await add(store, caller, "one"), await add(store, caller, "three")
            await use.update_smtp(caller, changed, SmtpInput(SETTINGS, Secret("two")))
            await use.update_password(caller, changed, Secret("three"))
            await use.update_smtp(caller, changed, SmtpInput(replace(SETTINGS, description="kept secret")))
            await use.remove(caller, removed)
            events = await check(store, caller.instance_id)
            with_secret = [event.sequence for event in events if event.change.sealed is not None]
            assert with_secret == [1, 6], "the last one of each provider that there is"
            assert await store.sealed_counts() == {SEALER.header: (2, 2)}
            assert usable_secret(SEALER, await stored(store, caller, changed)) == Secret("three")
            assert usable_secret(SEALER, await stored(store, caller, kept)) == Secret("kept")
            await use.update_password(caller, changed, Secret(""))
            assert await store.sealed_counts() == {SEALER.header: (1, 1)}
            assert await store.rebuild() == 0
            assert await store.destroy_superseded(10) == 0

        self.run(scenario)

    def test_what_older_releases_left_is_bound_once_and_destroyed_and_then_refused(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine, removed = await add(store, caller), await add(store, caller)
            old = of_old_release("old", identity(caller.instance_id, mine, SETTINGS))
            await plant(world, mine, old)
            await store.commit(caller, removed, change(EventType.REMOVED, removed))
            await world.database.tamper(
                'UPDATE events SET payload = replace(payload, \'"destroyed":true\', \'"sealed":"AAAA"\')'
            )
            with pytest.raises(SecretUnreadable):
                usable_secret(SEALER, await stored(store, caller, mine))
            rotation = KeyRotation(store, SEALER)
            await rotation.upgrade()
            assert usable_secret(SEALER, await stored(store, caller, mine)) == Secret("old")
            assert await store.sealed_counts() == {SEALER.header: (1, 1)}
            assert await store.rebuild() == 0
            await plant(world, mine, old)  # the attacker had a copy
            await rotation.upgrade()
            with pytest.raises(SecretUnreadable):
                usable_secret(SEALER, await stored(store, caller, mine))
            done = await rotation.run()
            assert [each.id for each in done.unreadable] == [mine], "a rotation takes it no more than a call does"
            with pytest.raises(SecretUnreadable):
                usable_secret(SEALER, await stored(store, caller, mine))

        self.run(scenario)

    def test_a_rotation_that_was_cut_short_is_finished_by_the_next_while_others_write(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()
            made = [await add(store, caller, f"pw {number}") for number in range(12)]
            before = [await stored(store, caller, each) for each in made]

            class Cut(Exception):
                pass

            class Breaking(Sealer):
                left = 5

                def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
                    Breaking.left -= 1
                    if Breaking.left < 0:
                        raise Cut
                    return super().seal(secret, identity)

            with pytest.raises(Cut):
                await KeyRotation(store, Breaking(NEW, OLD)).run()
            counts = await store.sealed_counts()
            assert sum(providers for providers, _ in counts.values()) == 12

            async def write() -> None:
                use = Providers(other, BOTH)
                for each in made[:6]:
                    await use.update_smtp(caller, each, SmtpInput(replace(SETTINGS, description="meanwhile")))
                    await use.activate(caller, each)

            done, _ = await asyncio.gather(KeyRotation(store, BOTH).run(), write())
            assert (done.left, done.unreadable) == (0, ())
            assert await store.sealed_counts() == {BOTH.header: (12, 12)}
            alone = Sealer(NEW)
            for number, each in enumerate(made):
                provider = await stored(store, caller, each)
                assert usable_secret(alone, provider) == Secret(f"pw {number}")
                assert provider.details.creation_date == before[number].details.creation_date
            assert (await stored(store, caller, made[-1])).details == before[-1].details, "nobody changed it"
            await check(store, caller.instance_id)
            assert await store.rebuild() == 0
            again = await KeyRotation(store, BOTH).run()
            assert (again.resealed, again.left) == (0, 0)

        self.run(scenario)

    def test_a_note_that_is_no_change_leaves_the_providers_alone(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            before = await stored(store, caller, mine)
            for kind, named in ((EventType.TESTED, mine), (EventType.SECRETS_EXPORTED, "")):
                await store.commit(caller, named, change(kind, named))
            assert await stored(store, caller, mine) == before
            assert [event.change.type for event in await check(store, caller.instance_id)][1:] == [
                EventType.TESTED,
                EventType.SECRETS_EXPORTED,
            ]
            assert await store.rebuild() == 0

        self.run(scenario)

    def test_a_closed_store_says_so_of_secrets_too(self) -> None:
        async def scenario(world: World) -> None:
            other = await world.another()
            await other.close()
            with pytest.raises(StoreUnavailable):
                await KeyRotation(other, SEALER).run()

        self.run(scenario)

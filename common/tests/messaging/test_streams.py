"""The streams are created by the first process, and configured by each later one."""

import asyncio
from pathlib import Path

import pytest
from nats.js.api import DiscardPolicy, StorageType
from nats.js.errors import APIError

from ticketing_common.events import Subject
from ticketing_common.messaging import Broker, StreamLimits
from ticketing_common.messaging.streams import EVENTS_SUBJECTS, ensure_streams
from ticketing_common.settings import MessagingSettings
from ticketing_common.stream_names import DEAD_STREAM, EVENTS_STREAM
from ticketing_test_support.servers import nats_server, started


async def test_concurrent_starts_create_each_stream_once(nats_url: str) -> None:
    brokers = [Broker(nats_url, client_name=f"test-{number}") for number in range(5)]
    await asyncio.gather(*(broker.run() for broker in brokers))
    streams = {info.config.name for info in await brokers[0].jetstream.streams_info()}
    await asyncio.gather(*(broker.close() for broker in brokers))
    assert streams == {EVENTS_STREAM, DEAD_STREAM}


async def test_new_limits_change_the_existing_stream(broker: Broker, nats_url: str) -> None:
    later = Broker(nats_url, client_name="later", limits=StreamLimits(max_age_days=1, max_bytes=2**20))
    await later.run()
    config = (await later.jetstream.stream_info(EVENTS_STREAM)).config
    await later.close()
    assert (config.max_age, config.max_bytes) == (86_400, 2**20)


async def test_dead_letters_of_an_older_release_are_kept_and_bounded(broker: Broker) -> None:
    config = (await broker.jetstream.stream_info(DEAD_STREAM)).config
    await broker.jetstream.update_stream(config, max_bytes=-1)
    for _ in range(20):
        await broker.jetstream.publish("dead.by-hand", bytes(100_000))
    await ensure_streams(broker.jetstream, StreamLimits(dead_max_bytes=2**20))
    found = await broker.jetstream.stream_info(DEAD_STREAM)
    assert (found.config.max_bytes, found.state.messages) == (2**20, 20)
    with pytest.raises(APIError, match="maximum bytes exceeded"):
        await broker.jetstream.publish("dead.by-hand", b"{}")


async def test_older_release_keeps_the_subjects_of_a_newer_one(broker: Broker, nats_url: str) -> None:
    config = (await broker.jetstream.stream_info(EVENTS_STREAM)).config
    await broker.jetstream.update_stream(config, subjects=[*EVENTS_SUBJECTS, "newer.>"])
    await broker.ensure_streams()
    config = (await broker.jetstream.stream_info(EVENTS_STREAM)).config
    assert config.subjects == [*EVENTS_SUBJECTS, "newer.>"]


async def test_stream_over_half_the_disk_does_not_block_later_processes(tmp_path: Path) -> None:
    server = nats_server(tmp_path)
    config = tmp_path / "nats.conf"
    config.write_text(config.read_text().replace("sync_interval", "max_file_store: 3MB, sync_interval"))
    with started(server):
        for name in ("first", "later"):
            broker = Broker(
                server.url, client_name=name, limits=StreamLimits(max_bytes=2 * 2**20, dead_max_bytes=2**19)
            )
            await asyncio.wait_for(broker.run(), 20)
            await broker.close()


async def test_streams_never_discard_messages(broker: Broker) -> None:
    events = (await broker.jetstream.stream_info(EVENTS_STREAM)).config
    assert (events.storage, events.discard, events.deny_delete) == (StorageType.FILE, DiscardPolicy.NEW, True)
    dead = (await broker.jetstream.stream_info(DEAD_STREAM)).config
    assert (dead.storage, dead.discard, dead.max_age) == (StorageType.FILE, DiscardPolicy.NEW, 0)


def test_every_subject_belongs_to_the_stream() -> None:
    assert {f"{subject.partition('.')[0]}.>" for subject in Subject} == set(EVENTS_SUBJECTS)


def test_test_servers_fsync_like_deployed_ones(tmp_path: Path) -> None:
    nats_server(tmp_path)
    assert "sync_interval: always" in (tmp_path / "nats.conf").read_text()


def test_limits_come_from_the_settings() -> None:
    settings = MessagingSettings(
        mongo_uri="mongodb://h",
        nats_url="nats://h",
        stream_max_age_days=2,
        stream_max_bytes=2**21,
        dead_stream_max_bytes=2**20,
        stream_replicas=3,
    )
    assert StreamLimits.of(settings) == StreamLimits(max_age_days=2, max_bytes=2**21, dead_max_bytes=2**20, replicas=3)

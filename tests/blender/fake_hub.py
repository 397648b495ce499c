"""A hub for the add-on's tests: the real wire over a real socket, with the parts of the real hub that an editor can
see.

It greets with the HMAC handshake, checks every message against the schema, keeps the merged scene (registers by stamp),
answers `accepted`, sends applies, asks `verify`, and records everything it received. It can be told to misbehave. Runs
on threads; all waiting has a deadline.
"""
import json
import os
import socket
import threading
import uuid
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

import paths  # noqa: F401

from fake_socket import Peer

from vibesync.link.pairing import make_nonce, proof_of
from vibesync.protocol.codec import Frame, Row, decode_frame, decode_text, encode_frame, encode_text
from vibesync.protocol.generated import LANE_TRANSFORMS, MASK_BITS

Message = Dict[str, Any]


class Write(NamedTuple):
    """One register of the merged scene."""

    value: Any
    stamp: int


class FakeHub:
    """One hub in a home folder of its own; `with FakeHub(folder) as hub:`."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.token = os.urandom(32).hex()
        self.project = str(uuid.uuid4())
        self.log = str(uuid.uuid4())
        self.lsn = 0
        self.stamp = 0
        self.epoch = 0
        self.received: List[Any] = []
        self.scene: Dict[str, Dict[str, Write]] = {}
        self.kinds: Dict[str, str] = {}
        self.deleted: Dict[str, int] = {}
        self.accepts = True
        self.answers_truthfully = True
        self.resumes: Dict[str, bool] = {}
        self.indexed = threading.Event()
        self._batch = 0
        self._refused_parents: List[str] = []
        self._answered: Set[Tuple[int, int]] = set()
        self._applied: List[Tuple[int, List[Message]]] = []
        self._catch_up_from: Optional[int] = None
        self._peer: Optional[Peer] = None
        self._lock = threading.RLock()
        self._server: Optional[socket.socket] = None
        self.port = 0

    def __enter__(self) -> "FakeHub":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listens and announces itself."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        os.makedirs(self.home, exist_ok=True)
        discovery = {
            "protocol": {"min": 1,
                "max": 1}, "hub": "test", "host": "127.0.0.1", "port": self.port, "token": self.token,
            "pid": os.getpid(), "startedMs": 0, "project": {"id": self.project, "name": "Test"},
        }
        with open(os.path.join(self.home, "hub.json"), "w", encoding="utf-8") as file:
            json.dump(discovery, file)
        threading.Thread(target=self._run, args=(self._server,), daemon=True).start()

    def stop(self) -> None:
        """Goes away, as if killed."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            server.close()
        self.drop()
        try:
            os.remove(os.path.join(self.home, "hub.json"))
        except FileNotFoundError:
            pass

    def drop(self) -> None:
        """Cuts the connection."""
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()

    # What a test asks

    @property
    def is_linked(self) -> bool:
        return self._peer is not None

    def of_kind(self, kind: str) -> List[Message]:
        """The text messages of a kind received so far."""
        with self._lock:
            return [message for message in self.received if isinstance(message, dict) and message["kind"] == kind]

    def traffic(self) -> int:
        """Messages about the scene so far: what must stay constant when nothing happens."""
        with self._lock:
            return sum(1 for one in self.received if isinstance(one, Frame) or one["kind"] in ("change", "index"))

    def value(self, entity: str, field: str) -> Any:
        """A value of the merged scene."""
        write = self.scene.get(entity, {}).get(field)
        return None if write is None else write.value

    def uuid_of(self, name: str) -> str:
        """The living entity of that name, an object before anything else."""
        with self._lock:
            found = [one for one, fields in self.scene.items() if fields["name"].value == name]
        found.sort(key=lambda one: self.kinds[one] != "object")
        assert found, "the hub knows nothing called %s" % name
        return found[0]

    # What a test does

    def next_stamp(self) -> int:
        """A stamp of Unity's above all."""
        self.stamp = (self.stamp // 16 + 1) * 16 + 2
        return self.stamp

    def apply(self, *ops: Message) -> int:
        """Enters and sends operations as if Unity had made them; answers their position."""
        stamp = self.next_stamp()
        stamped = [dict(op, stamp=op.get("stamp", stamp)) for op in ops]
        with self._lock:
            self.lsn += 1
            for op in stamped:
                self._merge(op, op["stamp"])
            self._applied.append((self.lsn, stamped))
            self.send({"kind": "apply", "epoch": self.epoch, "lsn": self.lsn, "reason": "edit", "ops": stamped})
            return self.lsn

    def apply_transforms(self, rows: Dict[str, Dict[str, List[float]]]) -> int:
        """The same on the binary lane."""
        stamp = self.next_stamp()
        made = []
        with self._lock:
            self.lsn += 1
            for entity, fields in rows.items():
                self._merge({"op": "set", "uuid": entity, "fields": fields}, stamp)
                self._applied.append((self.lsn, [{"op": "set", "uuid": entity, "fields": fields, "stamp": stamp}]))
                mask = sum(MASK_BITS[name] for name in fields)
                values = tuple(fields.get("translation", [0.0] * 3)) + tuple(fields.get("rotation", [0.0] * 4)) + tuple(
                    fields.get("scale", [0.0] * 3))
                made.append(Row(entity, mask, 0, values))
            self.send_frame(Frame(LANE_TRANSFORMS, 0, self.epoch, self.lsn, stamp, made))
            return self.lsn

    def ask(self, transforms: List[str], items: List[Message]) -> int:
        """Sends a verify; answers its batch."""
        self._batch += 1
        question = {"epoch": self.epoch, "batch": self._batch, "lsn": self.lsn}
        message = dict(question, kind="verify", transforms=transforms, items=items)
        self.send(message)
        return self._batch

    def send(self, message: Message) -> None:
        """Any message."""
        peer = self._peer
        if peer is not None:
            decode_text(encode_text(message).decode())
            peer.send(1, encode_text(message))

    def send_raw(self, opcode: int, data: bytes) -> None:
        """Bytes that need not make sense."""
        assert self._peer is not None
        self._peer.send(opcode, data)

    def send_frame(self, frame: Frame) -> None:
        """A binary frame."""
        if self._peer is not None:
            self._peer.send(2, encode_frame(frame))

    # Inside

    def _run(self, server: socket.socket) -> None:
        while self._server is server:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(connection)
            if not self._greet(peer):
                peer.close()
                return
            while True:
                opcode, data = peer.receive()
                if opcode == 8:
                    break
                with self._lock:
                    self._take(decode_text(data.decode(), "UpMessage") if opcode == 1 else decode_frame(data))
        except OSError:
            pass
        if self._peer is not None and self._peer is peer:
            self._peer = None

    def _greet(self, peer: Peer) -> bool:
        hello = decode_text(peer.receive()[1].decode(), "UpMessage")
        nonce = make_nonce()
        token = self.token if self.answers_truthfully else "0" * 64
        proof = proof_of("hub", token, hello, nonce)
        peer.send(1, encode_text({"kind": "challenge", "nonce": nonce, "proof": proof}))
        opcode, data = peer.receive()
        if opcode != 1:
            return False
        auth = decode_text(data.decode(), "UpMessage")
        if auth["proof"] != proof_of("editor", self.token, hello, nonce):
            refusal = {"kind": "refused", "code": "E_UNAUTHENTICATED", "message": "No."}
            peer.send(1, encode_text(refusal))
            return False
        resume = hello["resume"]
        resumed = resume is not None and resume["log"] == self.log and hello["epoch"] == self.epoch
        with self._lock:
            self.received.append(hello)
            self._peer = peer
            self._catch_up_from = resume["lsn"] if resumed else None
            if not resumed:
                self.indexed.clear()
            welcome = {
                "kind": "welcome", "protocol": 1, "session": str(uuid.uuid4()), "project": self.project,
                "projectName": "Test", "log": self.log, "lsn": self.lsn, "stamp": self.stamp, "mode": "live",
                "resumed": resumed,
            }
            peer.send(1, encode_text(welcome))
        return True

    def _take(self, content: Any) -> None:
        self.received.append(content)
        if isinstance(content, Frame):
            if content.lane == LANE_TRANSFORMS:
                self._take_transforms(content)
        elif content["kind"] == "state":
            self.epoch = content["epoch"]
            self._catch_up()
        elif content["kind"] == "index":
            self._take_index(content)
        elif content["kind"] == "change" and self.accepts:
            assert content["epoch"] == self.epoch, "[WIRE-11]"
            if (self.epoch, content["seq"]) not in self._answered:
                for op in content["ops"]:
                    self._merge(self._without_cycle(op), content["stamp"])
            self._accept(content["seq"])
            self._repair()

    def _catch_up(self) -> None:
        """What was sent into the void is sent again after a resume ([WIRE-16])."""
        start, self._catch_up_from = self._catch_up_from, None
        for lsn, ops in self._applied if start is not None else ():
            if lsn > start:
                self.send({"kind": "apply", "epoch": self.epoch, "lsn": lsn, "reason": "resync", "ops": ops})

    def _take_transforms(self, frame: Frame) -> None:
        if not self.accepts:
            return
        for row in frame.rows:
            parts = {"translation": row.values[0:3], "rotation": row.values[3:7], "scale": row.values[7:10]}
            fields = {name: list(parts[name]) for name, bit in MASK_BITS.items() if row.mask & bit}
            self._merge({"op": "set", "uuid": row.uuid, "fields": fields}, frame.stamp)
        self._accept(frame.seq)

    def _accept(self, seq: int) -> None:
        """[WIRE-10] what was answered is answered again and has no second effect."""
        self._answered.add((self.epoch, seq))
        self.lsn += 1
        self.send({"kind": "accepted", "epoch": self.epoch, "seq": seq, "lsn": self.lsn, "refused": []})

    def _take_index(self, message: Message) -> None:
        """Merges by stamps; what the hub knows better or alone goes back at the end ([WIRE-14], [WIRE-15])."""
        if message["page"] == 0:
            self._listed: Dict[str, Dict[str, Write]] = {}
        for entity in message["entities"]:
            stamps = entity.get("stamps", {})
            listed = {name: Write(value, stamps.get(name, entity["stamp"])) for name, value in entity["fields"].items()}
            self._listed[entity["uuid"]] = listed
            buried = self.deleted.get(entity["uuid"])
            if buried is not None and max(write.stamp for write in listed.values()) <= buried:
                continue
            self.deleted.pop(entity["uuid"], None)
            self.kinds[entity["uuid"]] = entity["kind"]
            known = self.scene.setdefault(entity["uuid"], {})
            for name, write in listed.items():
                self.stamp = max(self.stamp, write.stamp)
                if name == "parent" and self._closes_circle(entity["uuid"], write.value):
                    self._refused_parents.append(entity["uuid"])
                elif name not in known or write.stamp > known[name].stamp:
                    known[name] = write
        for gone in message["deleted"]:
            self._merge({"op": "delete", "uuid": gone["uuid"]}, gone["stamp"])
        if message["last"]:
            self._send_differences()
            self._repair()
            self.indexed.set()

    def _without_cycle(self, op: Message) -> Message:
        """[WIRE-20] a parent that would close a circle is left out; `_repair` tells the agreed one."""
        if not self._closes_circle(op["uuid"], op.get("fields", {}).get("parent")):
            return op
        self._refused_parents.append(op["uuid"])
        return dict(op, fields={name: value for name, value in op["fields"].items() if name != "parent"})

    def _closes_circle(self, entity: str, parent: Any) -> bool:
        at = parent
        for _ in range(len(self.scene)):
            if at == entity:
                return True
            at = self.value(at, "parent") if at is not None else None
        return False

    def _repair(self) -> None:
        """[WIRE-19] children of what is gone move to the root; refused parents are put back."""
        refused, self._refused_parents = self._refused_parents, []
        ops: List[Message] = []
        for one, fields in self.scene.items():
            parent = fields["parent"].value if "parent" in fields else None
            if parent is not None and parent not in self.scene:
                ops.append({"op": "set", "uuid": one, "fields": {"parent": None}})
            elif one in refused:
                ops.append({"op": "set", "uuid": one, "fields": {"parent": parent}})
        if ops:
            self.apply(*ops)

    def _send_differences(self) -> None:
        ops: List[Message] = [
            {"op": "delete", "uuid": one, "stamp": self.deleted[one]} for one in self._listed if one in self.deleted
        ]
        for one, fields in self.scene.items():
            listed = self._listed.get(one)
            values = {name: write.value for name, write in fields.items()}
            if listed is None:
                stamp = max(write.stamp for write in fields.values()) or self.next_stamp()
                ops.append({"op": "create", "uuid": one, "kind": self.kinds[one], "fields": values, "stamp": stamp})
                continue
            for name, write in list(fields.items()):
                if name not in listed or listed[name] != write:
                    # [WIRE-14] Of equal age and yet different: put back, as something new.
                    is_newer = write.stamp > (listed[name].stamp if name in listed else 0)
                    stamp = write.stamp if is_newer else self.next_stamp()
                    fields[name] = Write(write.value, stamp)
                    ops.append({"op": "set", "uuid": one, "fields": {name: write.value}, "stamp": stamp})
        if ops:
            order = {"mesh": 0, "collection": 1, "object": 2}
            ops.sort(key=lambda op: (
                op["op"] == "delete", op["op"] == "set", order.get(self.kinds.get(op["uuid"], "object"), 2),
                self._depth(op),
            ))
            self.lsn += 1
            self.send({"kind": "apply", "epoch": self.epoch, "lsn": self.lsn, "reason": "resync", "ops": ops})

    def _depth(self, op: Message) -> int:
        """How many parents are above an entity, so that they are made first."""
        steps, at = 0, self.value(op["uuid"], "parent")
        while at is not None and steps < len(self.scene):
            steps, at = steps + 1, self.value(at, "parent")
        return steps

    def _merge(self, op: Message, stamp: int) -> None:
        self.stamp = max(self.stamp, stamp)
        if op["op"] == "delete":
            self.scene.pop(op["uuid"], None)
            self.deleted[op["uuid"]] = stamp
            return
        if op["op"] == "create":
            self.kinds[op["uuid"]] = op["kind"]
            self.deleted.pop(op["uuid"], None)
        elif op["uuid"] in self.deleted:
            return
        known = self.scene.setdefault(op["uuid"], {})
        for name, value in op["fields"].items():
            if name not in known or stamp > known[name].stamp:
                known[name] = Write(value, stamp)

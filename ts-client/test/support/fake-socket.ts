import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  ClientFrameSchema,
  type ServerFrame,
  ServerFrameSchema,
} from "../../src/gen/heliograph/device/v1/device_pb.js";
import type { WebSocketLike } from "../../src/index.js";

type ValueOf<K> = Extract<ClientBody, { case: K }>["value"];
type ClientBody = ReturnType<typeof fromBinary<typeof ClientFrameSchema>>["body"];
export type ServerBody = NonNullable<MessageInitShape<typeof ServerFrameSchema>["body"]>;

/** A socket whose other end is the test. Binary encoding. */
export class FakeSocket implements WebSocketLike {
  binaryType = "blob";
  protocol = "";
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** Bodies that the client sent and the test has not taken yet. */
  readonly sent: ClientBody[] = [];
  /** Code with which the client closed. */
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {}

  send(data: string | Uint8Array): void {
    this.sent.push(fromBinary(ClientFrameSchema, data as Uint8Array).body);
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  /** The upgrade succeeds. */
  open(): void {
    this.protocol = this.protocols[0] ?? "";
    (this.onopen as ((event: object) => void) | null)?.({});
  }

  /** The gateway sends a frame. */
  push(body: ServerBody): void {
    this.pushFrame(create(ServerFrameSchema, { body }));
  }

  pushFrame(frame: ServerFrame): void {
    this.pushRaw(toBinary(ServerFrameSchema, frame).slice().buffer);
  }

  pushRaw(data: unknown): void {
    (this.onmessage as ((event: { data: unknown }) => void) | null)?.({ data });
  }

  /** The connection ends from the other side. */
  drop(code = 1006, reason = ""): void {
    (this.onclose as ((event: object) => void) | null)?.({ code, reason });
  }

  /** Takes the sent frames of one kind. */
  take<K extends NonNullable<ClientBody["case"]>>(kind: K): ValueOf<K>[] {
    const taken = this.sent.filter((body) => body.case === kind);
    for (const body of taken) this.sent.splice(this.sent.indexOf(body), 1);
    return taken.map((body) => body.value) as ValueOf<K>[];
  }
}

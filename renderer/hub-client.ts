/**
 * The hub, as the window talks to it.
 *
 * Owns: the only use of `window.hub`, and the types that turn its plain values into the contract's
 * (shared/ipc/contract.ts). The main process checks every argument and every answer against the schemas, so nothing is
 * checked twice here.
 * Must never: keep state, retry, or show anything. Failures come back as values for the caller to show.
 */
import type {
  Envelope,
  HubBridge,
  PushChannel,
  PushValue,
  RequestAnswer,
  RequestArgument,
  RequestChannel,
} from "#shared/ipc/contract.ts";
import { causeText, failure, type Result } from "#shared/result.ts";

declare global {
  interface Window {
    /** Put there by electron/preload.ts. */
    readonly hub: HubBridge;
  }
}

export type HubClient = {
  request<Channel extends RequestChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
  ): Promise<Result<RequestAnswer<Channel>>>;
  /** Returns the function that ends the subscription. */
  on<Channel extends PushChannel>(channel: Channel, handler: (value: PushValue<Channel>) => void): () => void;
};

export function createHubClient(bridge: HubBridge): HubClient {
  return {
    async request<Channel extends RequestChannel>(channel: Channel, argument: RequestArgument<Channel>) {
      try {
        const envelope = (await bridge.request(channel, argument)) as Envelope<RequestAnswer<Channel>>;
        if (envelope.ok) return envelope;
        const { code, message, uuid, cause } = envelope.failure;
        return failure(code, message, { ...(uuid === undefined ? {} : { uuid }), cause });
      } catch (error) {
        return failure("E_IPC", "VibeSync did not answer. Restart it if this stays.", { cause: causeText(error) });
      }
    },
    on(channel, handler) {
      return bridge.on(channel, (value) => handler(value as Parameters<typeof handler>[0]));
    },
  };
}

export function windowHub(): HubClient {
  return createHubClient(window.hub);
}

/** A hub client whose answers and pushes a test decides. */
import type { HubClient } from "#renderer/hub-client.ts";
import type { PushChannel, PushValue, RequestAnswer, RequestArgument, RequestChannel } from "#shared/ipc/contract.ts";
import { failure, type Result } from "#shared/result.ts";

export type Answers = {
  [Channel in RequestChannel]?: (
    argument: RequestArgument<Channel>,
  ) => Result<RequestAnswer<Channel>> | Promise<Result<RequestAnswer<Channel>>>;
};

export type FakeClient = HubClient & {
  readonly asked: (readonly [RequestChannel, unknown])[];
  push<Channel extends PushChannel>(channel: Channel, value: PushValue<Channel>): void;
};

export function fakeClient(answers: Answers): FakeClient {
  const asked: (readonly [RequestChannel, unknown])[] = [];
  const handlers = new Map<PushChannel, ((value: never) => void)[]>();
  return {
    asked,
    async request(channel, argument) {
      asked.push([channel, argument]);
      const answer = answers[channel];
      return answer ? await answer(argument) : failure("E_HALTED", `nobody answers ${channel}`);
    },
    on(channel, handler) {
      const known = handlers.get(channel) ?? [];
      handlers.set(channel, [...known, handler]);
      return () =>
        handlers.set(
          channel,
          (handlers.get(channel) ?? []).filter((one) => one !== handler),
        );
    },
    push(channel, value) {
      for (const handler of handlers.get(channel) ?? []) handler(value as never);
    },
  };
}

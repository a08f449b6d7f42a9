/** What the checks of messages need, of stores that tell listeners of changes. */
export interface PushOptions {
  /**
   * Waits until a condition holds, and rejects if it does not hold in time; default: looks every 10 ms, at most 400
   * times. A real server takes a while to tell its listeners.
   */
  readonly heard?: (condition: () => boolean) => Promise<void>
}

export type Heard = NonNullable<PushOptions['heard']>

export const pollUntil: Heard = async (condition) => {
  for (let looks = 1; !condition(); looks += 1) {
    if (looks === 400) throw new Error('a listener was not told what it waited for')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A listener that hears, and what it was told. */
export interface Listening<Message> {
  readonly told: readonly Message[]
  readonly stop: () => void
}

/** How the listeners of one kind of store are registered. */
export interface Channel<Store, Message> {
  /** @param tell called for each message */
  readonly subscribe: (store: Store, tell: (message: Message) => void) => () => void
  /** Records something that listeners are told of, under names that no proof uses. */
  readonly record: (attempt: string) => unknown
  readonly heard: Heard
}

/** Runs a proof that needs listeners, and ends their subscriptions afterwards. */
export async function withListeners<Store, Message>(
  { subscribe, record, heard }: Channel<Store, Message>,
  prove: (listen: (store: Store) => Promise<Listening<Message>>) => Promise<void>,
): Promise<void> {
  const stops = new Set<() => void>()
  let listeners = 0
  try {
    await prove(async (store) => {
      const listener = ++listeners
      const told: Message[] = []
      const end = subscribe(store, (message) => told.push(message))
      const stop = (): void => {
        if (stops.delete(stop)) end()
      }
      stops.add(stop)
      await hasBegun(
        heard,
        (attempt) => record(`${listener}-${attempt}`),
        () => told.length > 0,
      )
      return { told, stop }
    })
  } finally {
    for (const stop of stops) stop()
  }
}

/** What is recorded before a subscription has begun is not heard, so something is recorded until the listener hears. */
async function hasBegun(
  heard: Heard,
  record: (attempt: number) => unknown,
  hears: () => boolean,
): Promise<void> {
  const attempts: Promise<unknown>[] = []
  try {
    await heard(() => {
      if (hears()) return true
      const attempt = (async () => record(attempts.length))()
      // Its failure is reported below.
      attempt.catch(() => undefined)
      attempts.push(attempt)
      return false
    })
  } finally {
    await Promise.all(attempts)
  }
}

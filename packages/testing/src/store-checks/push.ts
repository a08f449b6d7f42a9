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

/** A listener whose subscription is established, and what it was told. */
export interface Listening<Message> {
  readonly told: readonly Message[]
  readonly stop: () => void
}

/** Registers a listener. @returns a function that ends its subscription */
export type Subscribe<Store, Message> = (
  store: Store,
  tell: (message: Message) => void,
  onSubscribed: () => void,
) => () => void

/** Runs a proof that needs listeners, and ends their subscriptions afterwards. */
export async function withListeners<Store, Message>(
  subscribe: Subscribe<Store, Message>,
  heard: Heard,
  prove: (listen: (store: Store) => Promise<Listening<Message>>) => Promise<void>,
): Promise<void> {
  const stops = new Set<() => void>()
  try {
    await prove(async (store) => {
      const told: Message[] = []
      let hears = false
      const end = subscribe(
        store,
        (message) => told.push(message),
        () => {
          hears = true
        },
      )
      const stop = (): void => {
        if (stops.delete(stop)) end()
      }
      stops.add(stop)
      // What is recorded before that is not heard.
      await heard(() => hears)
      return { told, stop }
    })
  } finally {
    for (const stop of stops) stop()
  }
}

import { ServerUnavailableError } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { CircuitOpenError } from '../../src/limits/circuit-breaker.ts'
import { QueueFullError } from '../../src/limits/concurrency-limiter.ts'
import { ServerAccess } from '../../src/missions/server-access.ts'
import { gate, settled } from './watched.ts'

const open = new AbortController().signal
const fault = new ServerUnavailableError('down')
const fails = (): Promise<never> => Promise.reject(fault)

/** The access to a server, a clock, and the outcomes of its calls. */
function makeAccess(maxAsking = 2, maxWaiting = 2) {
  let at = 1000
  const access = new ServerAccess(maxAsking, maxWaiting, () => at)
  const asked: unknown[] = []
  return {
    asked,
    goTo(second: number): void {
      at = second
    },
    ask<T>(question: () => Promise<T>, signal: AbortSignal = open): Promise<T | string> {
      const noted = (): Promise<T> => {
        asked.push(asked.length)
        return question()
      }
      return access.ask(noted, signal).catch((error: Error) => `${error.name}: ${error.message}`)
    },
  }
}

const leftAlone = 'CircuitOpenError: not called for 5 seconds after 5 consecutive failures'

/** An answer that comes after the deadline. */
async function late(access: ReturnType<typeof makeAccess>): Promise<void> {
  const deadline = new AbortController()
  await access.ask(async () => {
    deadline.abort()
    throw new Error('deadline passed')
  }, deadline.signal)
}

async function failing(times: number, access = makeAccess()) {
  for (let i = 0; i < times; i++) await access.ask(fails)
  return access
}

describe('a failure of the server', () => {
  it('is a deadline that passed', async () => {
    const access = makeAccess()
    for (let i = 0; i < 5; i++) await late(access)
    expect(await access.ask(async () => 'answer')).toBe(leftAlone)
  })

  it('is not any other error, because that shows that the server answers', async () => {
    const access = await failing(4)
    await access.ask(() => Promise.reject(new Error('mission_not_found')))
    await failing(4, access)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })
})

describe('the access to a person server', () => {
  it('returns the result of the call', async () => {
    expect(await makeAccess().ask(async () => 'answer')).toBe('answer')
  })

  it('limits the number of concurrent calls', async () => {
    const access = makeAccess()
    const answers = [gate<string>(), gate<string>(), gate<string>()]
    for (const { promise } of answers) void access.ask(() => promise)
    await settled()
    expect(access.asked).toHaveLength(2)
  })

  it('starts the call that has waited longest', async () => {
    const access = makeAccess(1)
    const [first, second, third] = [gate<string>(), gate<string>(), gate<string>()]
    const order: string[] = []
    for (const [name, { promise }] of Object.entries({ first, second, third }))
      void access.ask(() => {
        order.push(name)
        return promise
      })
    await settled()
    expect(order).toEqual(['first'])
    first.open('')
    await settled()
    expect(order).toEqual(['first', 'second'])
    second.open('')
    await settled()
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('counts a call that started from the queue', async () => {
    const access = makeAccess(1)
    const [first, second] = [gate<string>(), gate<string>()]
    void access.ask(() => first.promise)
    void access.ask(() => second.promise)
    first.open('')
    await settled()
    void access.ask(async () => 'too early')
    await settled()
    expect(access.asked).toHaveLength(2)
  })

  it('starts the next call when one fails', async () => {
    const access = makeAccess(1)
    const first = gate<string>()
    void access.ask(() => first.promise)
    const second = access.ask(async () => 'answer')
    first.fail(fault)
    expect(await second).toBe('answer')
  })

  it('keeps its limit after many calls', async () => {
    const access = makeAccess(1)
    for (let i = 0; i < 3; i++) await access.ask(async () => i)
    const held = gate<string>()
    void access.ask(() => held.promise)
    void access.ask(async () => 'too early')
    await settled()
    expect(access.asked).toHaveLength(4)
  })

  it('limits the number of waiting calls', async () => {
    const access = makeAccess(1, 1)
    const held = gate<string>()
    void access.ask(() => held.promise)
    const waiting = access.ask(async () => 'answer')
    expect(await access.ask(async () => 'one too many')).toBe('QueueFullError: too many calls are waiting')
    held.open('')
    expect(await waiting).toBe('answer')
  })

  it('rejects a waiting call at its deadline', async () => {
    const access = makeAccess(1)
    const held = gate<string>()
    void access.ask(() => held.promise)
    const deadline = new AbortController()
    const waiting = access.ask(async () => 'answer', deadline.signal)
    deadline.abort()
    expect(await waiting).toBe('QueueFullError: the call did not start before the deadline')
  })

  it('rejects a call at once whose deadline has passed', async () => {
    const access = makeAccess(1)
    void access.ask(() => gate<string>().promise)
    expect(await access.ask(async () => 'answer', AbortSignal.abort())).toBe(
      'QueueFullError: the call did not start before the deadline',
    )
  })

  it('keeps no place for a call that was aborted', async () => {
    const access = makeAccess(1, 2)
    const held = gate<string>()
    void access.ask(() => held.promise)
    const deadline = new AbortController()
    const gone = access.ask(async () => 'gone', deadline.signal)
    const next = access.ask(async () => 'next')
    deadline.abort()
    await gone
    held.open('')
    expect(await next).toBe('next')
    expect(access.asked).toHaveLength(2)
  })

  it('keeps the count right when a deadline passes during a call', async () => {
    const access = makeAccess(1, 2)
    const [first, second] = [gate<string>(), gate<string>()]
    void access.ask(() => first.promise)
    const deadline = new AbortController()
    const asking = access.ask(() => second.promise, deadline.signal)
    const third = access.ask(async () => 'third')
    first.open('')
    await settled()
    deadline.abort()
    second.open('second')
    expect([await asking, await third]).toEqual(['second', 'third'])
  })
})

describe('a person server that fails', () => {
  it('four times in a row is called again', async () => {
    const access = await failing(4)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it('five times in a row is not called', async () => {
    const access = await failing(5)
    expect(await access.ask(async () => 'answer')).toBe(leftAlone)
    expect(access.asked).toHaveLength(5)
  })

  it('with successes in between is called again', async () => {
    const access = await failing(4)
    await access.ask(async () => 'answer')
    await failing(4, access)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it.each([
    [1004, leftAlone],
    [1005, 'answer'],
  ])('is not called for five seconds: at %d %s', async (second, expected) => {
    const access = await failing(5)
    access.goTo(second)
    expect(await access.ask(async () => 'answer')).toBe(expected)
  })

  it('is not called for five seconds from its last failure', async () => {
    const access = makeAccess(6, 0)
    const last = gate<string>()
    const waiting = access.ask(() => last.promise)
    await failing(4, access)
    access.goTo(1003)
    last.fail(fault)
    await waiting
    access.goTo(1007)
    expect(await access.ask(async () => 'answer')).toBe(leftAlone)
  })

  it('is called once after that, until it answers', async () => {
    const access = await failing(5)
    access.goTo(1005)
    const held = gate<string>()
    const first = access.ask(() => held.promise)
    await settled()
    expect(await access.ask(async () => 'answer')).toBe(leftAlone)
    held.open('answer')
    expect(await first).toBe('answer')
  })

  it('is called by everyone once it answers', async () => {
    const access = await failing(5)
    access.goTo(1005)
    await access.ask(async () => 'answer')
    await failing(4, access)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it('is not called for five more seconds when it fails again', async () => {
    const access = await failing(5)
    access.goTo(1005)
    await access.ask(fails)
    access.goTo(1009)
    expect(await access.ask(async () => 'answer')).toBe(leftAlone)
    access.goTo(1010)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it('is called after five seconds, whatever was rejected meanwhile', async () => {
    const access = await failing(5)
    access.goTo(1004)
    await access.ask(async () => 'answer')
    access.goTo(1005)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it('is called again after the clock went back [C12]', async () => {
    const access = await failing(5)
    access.goTo(100)
    expect(await access.ask(async () => 'answer')).toBe('answer')
  })

  it('has its waiting calls rejected too', async () => {
    const access = makeAccess(1, 9)
    const held = Array.from({ length: 5 }, () => gate<string>())
    for (const { promise } of held) void access.ask(() => promise)
    const waiting = access.ask(async () => 'answer')
    for (const { fail } of held) {
      await settled()
      fail(fault)
    }
    expect(await waiting).toBe(leftAlone)
  })
})

it.each([
  ['too many calls wait', QueueFullError, new ServerAccess(0, 0, () => 0)],
  ['it failed too often', CircuitOpenError, await leftAloneAccess()],
])('an error says why the server was not called: %s', async (_, kind, access) => {
  await expect(access.ask(async () => 'answer', open)).rejects.toBeInstanceOf(kind)
})

async function leftAloneAccess(): Promise<ServerAccess> {
  const access = new ServerAccess(1, 0, () => 0)
  for (let i = 0; i < 5; i++) await access.ask(fails, open).catch(() => undefined)
  return access
}

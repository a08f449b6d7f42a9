import { ServerSilent } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { NotAsked, ServerLine } from '../../src/missions/server-line.ts'
import { gate, settled } from './watched.ts'

const open = new AbortController().signal
const fault = new ServerSilent('down')
const fails = (): Promise<never> => Promise.reject(fault)

/** A line and a clock, and what came of its questions. */
function makeLine(maxAsking = 2, maxWaiting = 2) {
  const line = new ServerLine(maxAsking, maxWaiting)
  let at = 1000
  const now = (): number => at
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
      return line.ask(noted, signal, now).catch((error: Error) => `${error.name}: ${error.message}`)
    },
  }
}

const leftAlone = 'NotAsked: the person server failed several times and is left alone'

/** An answer that comes after the deadline. */
async function late(line: ReturnType<typeof makeLine>): Promise<void> {
  const deadline = new AbortController()
  await line.ask(async () => {
    deadline.abort()
    throw new Error('deadline passed')
  }, deadline.signal)
}

async function failing(times: number, line = makeLine()) {
  for (let i = 0; i < times; i++) await line.ask(fails)
  return line
}

describe('what counts as silence', () => {
  it('is a deadline that passed', async () => {
    const line = makeLine()
    for (let i = 0; i < 5; i++) await late(line)
    expect(await line.ask(async () => 'answer')).toBe(leftAlone)
  })

  it('is no other fault, which shows that somebody answers', async () => {
    const line = await failing(4)
    await line.ask(() => Promise.reject(new Error('mission_not_found')))
    await failing(4, line)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })
})

describe('a line', () => {
  it('gives what the question comes to', async () => {
    expect(await makeLine().ask(async () => 'answer')).toBe('answer')
  })

  it('asks so many questions at a time', async () => {
    const line = makeLine()
    const answers = [gate<string>(), gate<string>(), gate<string>()]
    for (const { promise } of answers) void line.ask(() => promise)
    await settled()
    expect(line.asked).toHaveLength(2)
  })

  it('gives the turn to who waits longest', async () => {
    const line = makeLine(1)
    const [first, second, third] = [gate<string>(), gate<string>(), gate<string>()]
    const order: string[] = []
    for (const [name, { promise }] of Object.entries({ first, second, third }))
      void line.ask(() => {
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

  it('counts a turn that was given on', async () => {
    const line = makeLine(1)
    const [first, second] = [gate<string>(), gate<string>()]
    void line.ask(() => first.promise)
    void line.ask(() => second.promise)
    first.open('')
    await settled()
    void line.ask(async () => 'too early')
    await settled()
    expect(line.asked).toHaveLength(2)
  })

  it('gives the turn on where a question fails', async () => {
    const line = makeLine(1)
    const first = gate<string>()
    void line.ask(() => first.promise)
    const second = line.ask(async () => 'answer')
    first.fail(fault)
    expect(await second).toBe('answer')
  })

  it('has no more turns than before after many questions', async () => {
    const line = makeLine(1)
    for (let i = 0; i < 3; i++) await line.ask(async () => i)
    const held = gate<string>()
    void line.ask(() => held.promise)
    void line.ask(async () => 'too early')
    await settled()
    expect(line.asked).toHaveLength(4)
  })

  it('lets so many wait', async () => {
    const line = makeLine(1, 1)
    const held = gate<string>()
    void line.ask(() => held.promise)
    const waiting = line.ask(async () => 'answer')
    expect(await line.ask(async () => 'one too many')).toBe('NotAsked: too many questions wait')
    held.open('')
    expect(await waiting).toBe('answer')
  })

  it('lets nobody wait beyond the deadline', async () => {
    const line = makeLine(1)
    const held = gate<string>()
    void line.ask(() => held.promise)
    const deadline = new AbortController()
    const waiting = line.ask(async () => 'answer', deadline.signal)
    deadline.abort()
    expect(await waiting).toBe('NotAsked: no turn within the deadline')
  })

  it('lets nobody wait whose deadline has passed', async () => {
    const line = makeLine(1)
    void line.ask(() => gate<string>().promise)
    expect(await line.ask(async () => 'answer', AbortSignal.abort())).toBe(
      'NotAsked: no turn within the deadline',
    )
  })

  it('keeps no place for who gave up', async () => {
    const line = makeLine(1, 2)
    const held = gate<string>()
    void line.ask(() => held.promise)
    const deadline = new AbortController()
    const gone = line.ask(async () => 'gone', deadline.signal)
    const next = line.ask(async () => 'next')
    deadline.abort()
    await gone
    held.open('')
    expect(await next).toBe('next')
    expect(line.asked).toHaveLength(2)
  })

  it('takes no turn away where a deadline passes while the question is asked', async () => {
    const line = makeLine(1, 2)
    const [first, second] = [gate<string>(), gate<string>()]
    void line.ask(() => first.promise)
    const deadline = new AbortController()
    const asking = line.ask(() => second.promise, deadline.signal)
    const third = line.ask(async () => 'third')
    first.open('')
    await settled()
    deadline.abort()
    second.open('second')
    expect([await asking, await third]).toEqual(['second', 'third'])
  })
})

describe('a person server that fails', () => {
  it('four times in a row is asked again', async () => {
    const line = await failing(4)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it('five times in a row is left alone', async () => {
    const line = await failing(5)
    expect(await line.ask(async () => 'answer')).toBe(leftAlone)
    expect(line.asked).toHaveLength(5)
  })

  it('now and then is asked again', async () => {
    const line = await failing(4)
    await line.ask(async () => 'answer')
    await failing(4, line)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it.each([
    [1004, leftAlone],
    [1005, 'answer'],
  ])('is left alone for five seconds: at %d %s', async (second, expected) => {
    const line = await failing(5)
    line.goTo(second)
    expect(await line.ask(async () => 'answer')).toBe(expected)
  })

  it('is left alone from its last failure on', async () => {
    const line = makeLine(6, 0)
    const last = gate<string>()
    const waiting = line.ask(() => last.promise)
    await failing(4, line)
    line.goTo(1003)
    last.fail(fault)
    await waiting
    line.goTo(1007)
    expect(await line.ask(async () => 'answer')).toBe(leftAlone)
  })

  it('is then asked one question and no more', async () => {
    const line = await failing(5)
    line.goTo(1005)
    const held = gate<string>()
    const first = line.ask(() => held.promise)
    await settled()
    expect(await line.ask(async () => 'answer')).toBe(leftAlone)
    held.open('answer')
    expect(await first).toBe('answer')
  })

  it('is asked by everybody once it answers', async () => {
    const line = await failing(5)
    line.goTo(1005)
    await line.ask(async () => 'answer')
    await failing(4, line)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it('is left alone for five more seconds where it fails again', async () => {
    const line = await failing(5)
    line.goTo(1005)
    await line.ask(fails)
    line.goTo(1009)
    expect(await line.ask(async () => 'answer')).toBe(leftAlone)
    line.goTo(1010)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it('is not left alone for longer by who does not ask it', async () => {
    const line = await failing(5)
    line.goTo(1004)
    await line.ask(async () => 'answer')
    line.goTo(1005)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it('is asked again after the clock went back [C12]', async () => {
    const line = await failing(5)
    line.goTo(100)
    expect(await line.ask(async () => 'answer')).toBe('answer')
  })

  it('has those who wait turned away, too', async () => {
    const line = makeLine(1, 9)
    const held = Array.from({ length: 5 }, () => gate<string>())
    for (const { promise } of held) void line.ask(() => promise)
    const waiting = line.ask(async () => 'answer')
    for (const { fail } of held) {
      await settled()
      fail(fault)
    }
    expect(await waiting).toBe(leftAlone)
  })
})

describe('NotAsked', () => {
  it('is told from what a question comes to', async () => {
    const line = new ServerLine(0, 0)
    await expect(
      line.ask(
        async () => 'answer',
        open,
        () => 0,
      ),
    ).rejects.toBeInstanceOf(NotAsked)
  })
})

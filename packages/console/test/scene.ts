import type { ResourceOptions } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { onTestFinished } from 'vitest'
import { type Console, type ConsoleOptions, makeConsole } from '../src/console.ts'
import { type ConsoleSettings, defaultSettings } from '../src/settings.ts'
import type { ConsoleState } from '../src/state/state-recorder.ts'

export interface Scene extends World {
  readonly console: Console
  /** Asks the console for a path below `/admin/console`. */
  get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Response>
  state(): Promise<ConsoleState>
}

export interface SceneOptions {
  readonly allow?: ConsoleOptions['allow']
  readonly settings?: Partial<ConsoleSettings>
  readonly resource?: Partial<ResourceOptions>
}

/** A world whose resource has a console, until the test is over. */
export async function openScene({
  allow = () => true,
  settings,
  resource,
}: SceneOptions = {}): Promise<Scene> {
  const world = await makeWorld(resource)
  const console = makeConsole({ resource: world.resource, allow }, { ...defaultSettings, ...settings })
  onTestFinished(() => console.close())
  const get: Scene['get'] = (path, headers = {}, method = 'GET') =>
    console.handle(new Request(`https://notes.example/admin/console${path}`, { method, headers }))
  return { ...world, console, get, state: async () => (await get('/state')).json() as Promise<ConsoleState> }
}

/** The same, after one decision: the keys of the issuer are known, so that each decision is the only event. */
export async function openWarmScene(options: SceneOptions = {}): Promise<Scene> {
  const scene = await openScene(options)
  await scene.call(await scene.agent.authToken())
  return scene
}

/** One event of a stream. */
export interface Sent {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** Reads a stream event by event. Comments and frames without data are left out, as browsers do. */
export function readEvents(body: ReadableStream<Uint8Array> | null): {
  next(): Promise<Sent | undefined>
  /** Reads until an event that is wanted, and resolves with it; `undefined` if the stream ends before. */
  until(wanted: (sent: Sent) => boolean): Promise<Sent | undefined>
  cancel(): Promise<void>
  readonly text: () => string
} {
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let [text, all] = ['', '']
  let id: string | undefined
  const next = async (): Promise<Sent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end === -1) {
        const { done, value } = await reader.read()
        if (done) return undefined
        const part = decoder.decode(value, { stream: true })
        text += part
        all += part
        continue
      }
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
      )
      text = text.slice(end + 2)
      id = fields.get('id') ?? id
      const data = fields.get('data')
      if (data !== undefined) return { event: fields.get('event') ?? 'message', id, data: JSON.parse(data) }
    }
  }
  const until = async (wanted: (sent: Sent) => boolean): Promise<Sent | undefined> => {
    for (let sent = await next(); sent; sent = await next()) if (wanted(sent)) return sent
    return undefined
  }
  return { next, until, cancel: () => reader.cancel(), text: () => all }
}

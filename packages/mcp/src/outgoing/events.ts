const encoder = new TextEncoder()

/** One block of an event stream: an event, or a comment. */
export interface EventBlock {
  /** Lines other than `id` and `data`, unchanged. */
  readonly others: readonly string[]
  readonly id: string | undefined
  /** The lines of data, joined. */
  readonly data: string | undefined
}

/** Cuts an event stream into blocks. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #rest = ''

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  /** The next block; `undefined` at the end. */
  async next(): Promise<EventBlock | undefined> {
    for (;;) {
      const block = this.#cut()
      if (block !== undefined) return readBlock(block)
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#rest += this.#decoder.decode(value, { stream: true }).replaceAll('\r\n', '\n')
    }
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => undefined)
  }

  #cut(): string | undefined {
    const end = this.#rest.indexOf('\n\n')
    if (end === -1) return undefined
    const block = this.#rest.slice(0, end)
    this.#rest = this.#rest.slice(end + 2)
    return block
  }
}

function readBlock(block: string): EventBlock {
  const others: string[] = []
  const data: string[] = []
  let id: string | undefined
  for (const line of block.split('\n')) {
    const value = fieldOf(line)
    if (line.startsWith('data:')) data.push(value)
    else if (line.startsWith('id:')) id = value
    else others.push(line)
  }
  return { others, id, data: data.length === 0 ? undefined : data.join('\n') }
}

function fieldOf(line: string): string {
  const value = line.slice(line.indexOf(':') + 1)
  return value.startsWith(' ') ? value.slice(1) : value
}

export function writeBlock({ others, id, data }: EventBlock): Uint8Array<ArrayBuffer> {
  const lines = [
    ...others,
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(data === undefined ? [] : data.split('\n').map((line) => `data: ${line}`)),
  ]
  return encoder.encode(`${lines.join('\n')}\n\n`)
}

/** A message as an event. */
export function messageBlock(message: object): EventBlock {
  return { others: ['event: message'], id: undefined, data: JSON.stringify(message) }
}

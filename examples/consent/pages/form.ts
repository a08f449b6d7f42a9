/** What a person sent from a page. */
export interface Form {
  /** The value of a field; empty where it is missing. */
  readonly field: (name: string) => string
  /** All values of a field, such as those of check boxes. */
  readonly all: (name: string) => readonly string[]
}

/** Octets that a form of these pages needs at most. */
const maxContent = 16_384

/** @returns `undefined` for content that is too large or not a form */
export async function readForm(request: Request): Promise<Form | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) return undefined
  const content = await readBounded(request)
  if (content === undefined) return undefined
  const values = new URLSearchParams(content)
  return { field: (name) => values.get(name) ?? '', all: (name) => values.getAll(name) }
}

async function readBounded({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxContent) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

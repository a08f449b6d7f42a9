import type { Context } from 'hono'

/** Content that was read before, where Hono can still tell what came. Of a form it only keeps the fields. */
export async function keptOctets(req: Context['req']): Promise<Uint8Array | undefined> {
  const [first] = Object.keys(req.bodyCache)
  return first === undefined || first === 'formData' ? undefined : new Uint8Array(await req.arrayBuffer())
}

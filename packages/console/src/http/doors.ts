/** Why a request is not answered, before anybody is asked; `undefined` if nothing is against it. */
export interface Refusal {
  readonly status: number
  readonly sentence: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Refuses what a browser sends for another site, and methods that would change something. */
export function refusalOf(request: Request): Refusal | undefined {
  const { method, headers } = request
  if (method !== 'GET' && method !== 'HEAD')
    return {
      status: 405,
      sentence: 'The console answers GET and HEAD only.',
      headers: { allow: 'GET, HEAD' },
    }
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    return {
      status: 403,
      sentence: 'The console does not answer requests of other sites. Type its address, or use a bookmark.',
    }
  const origin = headers.get('origin')
  if (origin !== null && hostOf(origin) !== (headers.get('host') ?? hostOf(request.url))?.toLowerCase())
    return { status: 403, sentence: 'The console does not answer requests of other origins.' }
  return undefined
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host
  } catch {
    return undefined
  }
}

/**
 * Decides who may look.
 *
 * @param context what the adapter passes beside the request, such as the `IncomingMessage` of Node
 */
export type AllowConsole = (request: Request, context?: unknown) => boolean | Promise<boolean>

/** Whether `allow` returns `true` in time, and nothing else. */
export async function isAllowed(
  allow: AllowConsole,
  request: Request,
  context: unknown,
  milliseconds: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false)
  })
  try {
    return (await Promise.race([allow(request, context), late])) === true
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

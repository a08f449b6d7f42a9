// Next.js replaces this with the text when it bundles the package.
const configured: string | undefined = process.env.__NEXT_ROUTER_BASEPATH

/**
 * Agents sign the base path, which route handlers do not see.
 * @throws {TypeError} if the resource does not say that it is stripped
 */
export function checkBasePath(strippedPrefix: string): void {
  if (configured && !strippedPrefix.endsWith(configured))
    throw new TypeError(
      `"strippedPrefix" of the resource is ${JSON.stringify(strippedPrefix)}, but "basePath" of the application is ${JSON.stringify(configured)}: add it`,
    )
}

/**
 * The target that the client sent, without the base path, which core adds again as part of `strippedPrefix`.
 *
 * @param sent target of the message
 * @param shown path of the `Request`. Where the package is not bundled, it shows what the base path is
 */
export function withoutBasePath(sent: string, shown: string, strippedPrefix: string): string {
  const [path = ''] = sent.split('?', 1)
  const base = configured ?? basePathOf(path, shown, strippedPrefix)
  return path.startsWith(`${base}/`) ? sent.slice(base.length) : sent
}

/** What stands before the path that the `Request` shows, if the resource says that it is stripped. */
function basePathOf(path: string, shown: string, strippedPrefix: string): string {
  for (const end of [shown, `${shown}/`]) {
    const base = path.endsWith(end) ? path.slice(0, path.length - end.length) : ''
    if (base.startsWith('/') && strippedPrefix.endsWith(base)) return base
  }
  return ''
}

// Next.js replaces this with the text when it bundles the package.
const basePath: string | undefined = process.env.__NEXT_ROUTER_BASEPATH

/**
 * Agents sign the base path, which route handlers do not see.
 * @throws {TypeError} if the resource does not say that it is stripped
 */
export function checkBasePath(strippedPrefix: string): void {
  if (basePath && !strippedPrefix.endsWith(basePath))
    throw new TypeError(
      `"strippedPrefix" of the resource is ${JSON.stringify(strippedPrefix)}, but "basePath" of the application is ${JSON.stringify(basePath)}: add it`,
    )
}

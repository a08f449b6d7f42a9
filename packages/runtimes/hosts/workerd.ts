import { makeHandler } from './handler.ts'

let handle: ReturnType<typeof makeHandler> | undefined

export default {
  fetch(request: Request, { ISSUERS }: { readonly ISSUERS: string }): Promise<Response> {
    handle ??= makeHandler(ISSUERS)
    return handle(request)
  },
}

import { listen } from '@aauth-guard/testing'
import { publishing } from '../testing/src/world/served-issuers.ts'

/** The issuers of a network on one loopback port. */
export interface Issuers {
  /** `http://127.0.0.1:PORT`; an issuer is under `/{its host}`, or under `/` of a request whose `Host` it is. */
  readonly url: string
  /** Lets requests wait from now on: `arrived` resolves with the first of them, `release` answers them. */
  hold(): { readonly arrived: Promise<void>; release(): void }
  close(): Promise<void>
}

/** Serves `documents`, where every issuer is reached by its host name. */
export async function serveIssuers(documents: typeof fetch): Promise<Issuers> {
  let gate: Promise<void> = Promise.resolve()
  let arrive = (): void => undefined
  const server = await listen(async (req, res) => {
    arrive()
    await gate
    const { url = '', headers } = req
    const [, named, path = url] = /^127\./.test(headers.host ?? '') ? (/^\/([^/]+)(.*)$/.exec(url) ?? []) : []
    req.url = path
    publishing(`https://${named ?? headers.host}`, documents)(req, res)
  })
  return {
    ...server,
    hold() {
      let release = (): void => undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      return { arrived, release }
    },
  }
}

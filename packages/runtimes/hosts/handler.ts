import { type Expectation, runChecks } from '../checks/check.ts'
import { suite } from '../suite.ts'
import { issuersAt, serveApi, setAhead } from './served.ts'
import { withoutEd25519 } from './without-ed25519.ts'

/**
 * What a host serves over the server of its runtime: `/suite` runs the suite and answers with what became of it,
 * `/ahead/SECONDS` sets the clock, and everything else is the API.
 */
export function makeHandler(issuers: string): (request: Request) => Promise<Response> {
  issuersAt(issuers)
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/suite') {
      const expectation = Object.fromEntries(searchParams) as unknown as Expectation
      if (expectation.ed25519 === 'noble') withoutEd25519()
      return Response.json(await runChecks(suite, expectation))
    }
    if (pathname.startsWith('/ahead/')) {
      setAhead(Number(pathname.slice('/ahead/'.length)))
      return new Response(null, { status: 204 })
    }
    return serveApi(request)
  }
}

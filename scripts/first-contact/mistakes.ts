/** A mistake that a newcomer makes with the app of the Express tutorial, and the remedy that they must be told. */
export interface Mistake {
  readonly what: string
  /** Changes the text of the app. */
  readonly edit?: (app: string) => string
  /** Replaces `AAUTH_DEV` of the app; empty: it is not set. */
  readonly world?: ''
  /** Behind `npx @aauth-guard/cli fetch`, or a whole other command; absent: the app does not start. */
  readonly call?: string
  /** In the first line that the app prints about it. */
  readonly remedy: string
}

const notes = '--approve http://localhost:3000/notes'

/** Puts a route, or what comes before the routes, into the app. */
const before = (text: string) => (app: string) => app.replace("app.get('/notes'", `${text}\napp.get('/notes'`)

export const mistakes: readonly Mistake[] = [
  {
    what: 'AAUTH_DEV is not set',
    world: '',
    remedy: 'for development start `npx @aauth-guard/cli dev`, set AAUTH_DEV and use devOptions()',
  },
  {
    what: 'devOptions() before trust, which then replaces it',
    edit: (app) =>
      app
        .replace("  trust: 'any',\n", '')
        .replace('...devOptions(),', "...devOptions(),\n  trust: { personServers: ['https://ps.example'] },"),
    call: notes,
    remedy: 'list it in "trust.agentProviders"',
  },
  {
    what: 'a route asks for a scope that is not described',
    edit: (app) => app.replace("scope: 'notes.read'", "scope: 'notes.reed'"),
    remedy: 'notes.reed',
  },
  {
    what: 'the clock of the resource counts milliseconds',
    edit: (app) => app.replace('...devOptions(),', '...devOptions(),\n  now: Date.now,'),
    remedy: 'divide Date.now() by 1000',
  },
  {
    what: 'the metadata is not served',
    edit: (app) => app.replace('app.use(wellKnown(resource))', ''),
    call: notes,
    remedy: 'mount wellKnown()',
  },
  {
    what: 'the agent calls another name than the issuer has',
    call: '--approve http://127.0.0.1:3000/notes',
    remedy: 'authorities',
  },
  {
    what: 'a call without a signature',
    call: 'curl -s http://localhost:3000/notes',
    remedy: 'this is the normal way in',
  },
  {
    what: 'a handler that asks for an identity without a guard',
    edit: before("app.get('/open', (req, res) => { res.json(getAuth(req, 'auth-token').scopes) })"),
    call: 'curl -s http://localhost:3000/open',
    remedy: 'protect(',
  },
  {
    what: 'a parser before the guard reads the content',
    edit: before(
      "app.use(express.json())\napp.post('/notes', protect(resource, { scope: 'notes.read', components: ['content-digest'] }), (req, res) => { res.json({}) })",
    ),
    call: "--approve -d '{}' -H 'content-type: application/json' http://localhost:3000/notes",
    remedy: 'parser',
  },
  {
    what: 'a route that needs a mission is called without one',
    edit: (app) =>
      app.replace(
        "{ scope: 'notes.read', person: 'required' }",
        "{ scope: 'notes.read', mission: 'required', person: 'required' }",
      ),
    call: notes,
    remedy: 'mission',
  },
]

import { claims } from '../claim.ts'
import { personToken } from '../tokens.ts'

const issuedBy = (iss: unknown) => personToken({ claims: { iss } })

/** The name of an issuer is where its keys are looked for, so it is read before anything is looked for. */
export const issuerNames = claims(
  'person-token',
  { route: { accept: 'person-token' } },
  {
    refuse: {
      'issuer-with-slash': {
        title: 'A server identifier must end with its host',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('https://ps.example/'),
        error: 'invalid_jwt',
      },
      'issuer-with-path': {
        title: 'A server identifier must not have a path',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('https://ps.example/tenant'),
        error: 'invalid_jwt',
      },
      'issuer-with-port': {
        title: 'A server identifier must not have a port',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('https://ps.example:8443'),
        error: 'invalid_jwt',
      },
      'issuer-with-user': {
        title: 'A server identifier must not have user information',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('https://ps.example@elsewhere.example'),
        error: 'invalid_jwt',
      },
      'issuer-in-upper-case': {
        title: 'A server identifier must be in lower case',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('https://PS.example'),
        error: 'invalid_jwt',
      },
      'issuer-without-tls': {
        title: 'A server identifier must begin with https:',
        ids: 'R11-002 JWT-6 G06',
        token: issuedBy('http://ps.example'),
        error: 'invalid_jwt',
      },
      'issuer-is-an-address': {
        title: 'A server identifier must be a name and not an address',
        ids: 'R11-002 G06',
        token: issuedBy('https://169.254.169.254'),
        error: 'invalid_jwt',
      },
      'issuer-is-local': {
        title: 'A server identifier must not be a local name',
        ids: 'R11-002 G06',
        token: issuedBy('https://localhost'),
        error: 'invalid_jwt',
      },
      'access-server-as-person-server': {
        title: 'The access server of the resource is not trusted as a person server',
        ids: 'JWT-7',
        resource: {
          accessServer: 'https://as.example',
          trust: { personServers: ['https://ps.example'] },
        },
        token: issuedBy('https://as.example'),
        error: 'invalid_jwt',
      },
      'issuer-list': {
        title: 'A token must have one issuer',
        ids: 'JWT-6 G07',
        token: issuedBy(['https://ps.example']),
        error: 'invalid_jwt',
      },
      'no-issuer': {
        title: 'A token must have an issuer',
        ids: 'R11-002 JWT-6',
        token: issuedBy(undefined),
        error: 'invalid_jwt',
      },
    },
  },
)

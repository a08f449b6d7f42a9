import { addressFields } from '../../headers/field-names.ts'
import { checkPath } from '../forward-auth-handler.ts'
import { answeredFields, endedFields, forwardedField } from '../proxy-fields.ts'
import { addressOf, ownPaths, type RecipeFacts, type RecipePlace } from './recipe-settings.ts'

/** Names that begin so are reserved, and Caddy removes by the beginning of a name. */
const reservedBeginnings = [
  'AAuth',
  'X-AAuth',
  'Forwarded',
  'X-Forwarded',
  'X-Real-Ip',
  'X-Original',
  'X-Rewrite',
  'X-HTTP-Method',
  'X-Method-Override',
] as const

/** A site of a Caddyfile. */
export function caddyRecipe(facts: RecipeFacts, place: RecipePlace): string {
  const { authorities, publicListener, forwardListener, maxContent, upstreams } = facts
  const [authority = ''] = authorities
  const own = ownPaths.map((path) => (path.endsWith('/') ? `${path}*` : path)).join(' ')
  const removed = [
    ...reservedBeginnings.map((name) => `${name}*`),
    'Proxy',
    ...addressFields,
    'Authorization',
    'Cookie',
  ]
  return `# The secret stands in the environment of Caddy as AAUTH_GUARD_SECRET.
${siteAddresses(authorities, place)} {
${siteLines(place)}	request_body {
		max_size ${maxContent}
	}
	route {
		# Caddy would remove the fields that Connection names, ours among them. Upgrades are not passed on.
		request_header -Connection
		request_header -Upgrade

		# Caddy would ask the gateway with another host.
		@aauth_guard_hostless vars {http.request.host} ""
		respond @aauth_guard_hostless 400

		# The documents and endpoints of the resource.
		@aauth_guard_own path ${own}
		reverse_proxy @aauth_guard_own ${dialed(publicListener)}

		# Everything else is asked for. No other route may lead to an upstream.
		reverse_proxy ${dialed(forwardListener)} {
			method GET
			rewrite ${checkPath}
			header_up ${forwardedField} "{$AAUTH_GUARD_SECRET} {method} {uri}"
			# The gateway would let the agent send its content before it has decided.
			header_up -Expect
			@aauth_guard_passed status 200
			handle_response @aauth_guard_passed {
				# Caddy knows fields by the spelling that Go gives them.
				vars aauth_guard_upstream {http.reverse_proxy.header.Aauth-Guard-Upstream}
				vars aauth_guard_assertion {http.reverse_proxy.header.Aauth-Guard-Assertion}
				vars aauth_guard_authorization {http.reverse_proxy.header.Authorization}
				vars aauth_guard_cookie {http.reverse_proxy.header.Cookie}
				vars aauth_guard_vary {http.reverse_proxy.header.Aauth-Guard-Vary}
			}
		}
${removed.map((name) => `		request_header -${name}\n`).join('')}${endedFields.map((name) => `		request_header -${name}\n`).join('')}		@aauth_guard_authorization not vars {http.vars.aauth_guard_authorization} ""
		request_header @aauth_guard_authorization Authorization {http.vars.aauth_guard_authorization}
		@aauth_guard_cookie not vars {http.vars.aauth_guard_cookie} ""
		request_header @aauth_guard_cookie Cookie {http.vars.aauth_guard_cookie}
		request_header AAuth-Guard-Assertion {http.vars.aauth_guard_assertion}

		# No cache that several agents share may keep what a guarded route answers.
		header {
			defer
			?Cache-Control private
			+Vary {http.vars.aauth_guard_vary}
		}
${upstreams
  .map(
    ({ name, origin }, at) => `		@aauth_guard_upstream_${at} vars {http.vars.aauth_guard_upstream} ${name}
		reverse_proxy @aauth_guard_upstream_${at} ${origin.protocol === 'https:' ? 'https://' : ''}${dialed(addressOf(origin))} {
			header_up Host ${authority}
			header_up X-Forwarded-Host ${authority}
			header_up -Expect
${answeredFields.map((field) => `			header_down -${field}\n`).join('')}		}
`,
  )
  .join('')}		respond 503
	}
}
`
}

/** Where TLS ends in front of Caddy, every host is this site: to a host of no site, Caddy answers an empty 200. */
function siteAddresses(authorities: readonly string[], { listen, tls }: RecipePlace): string {
  if (tls === null) return `http://:${listen?.port ?? 80}`
  return authorities
    .map((authority) => {
      const host = authority.replace(/:\d+$/, '')
      return `https://${host}${listen === undefined ? authority.slice(host.length) : `:${listen.port}`}`
    })
    .join(', ')
}

function siteLines({ listen, tls }: RecipePlace): string {
  const bind = listen?.address === undefined ? '' : `	bind ${listen.address}\n`
  return tls === null || tls === undefined ? bind : `${bind}	tls ${tls.certificate} ${tls.key}\n`
}

/** Caddy writes `unix//run/notes.sock`. */
function dialed(address: string): string {
  return address.startsWith('unix:') ? `unix/${address.slice('unix:'.length)}` : address
}

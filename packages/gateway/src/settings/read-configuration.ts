import { basename, dirname, resolve } from 'node:path'
import type { Limits, ResourceOptions } from '@aauth-guard/core'
import { isLoopback } from '@aauth-guard/core/dev'
import type { Upstream } from '../routes/route.ts'
import { isLoopbackHost, listenAddress, upstreamOrigin } from './addresses.ts'
import { checkConfiguration } from './check-configuration.ts'
import type { Configuration, StoresSetting } from './configuration.ts'
import { ConfigurationError } from './configuration-error.ts'
import { configurationShape } from './configuration-shape.ts'
import { readDocument } from './document.ts'
import type { GivenConfiguration as Given, GivenLimits } from './given.ts'
import { readAssertionKey, readHashKey, readPrivateKey, readPublicKeys } from './keys.ts'
import { defaultProxyLimits, type ProxyLimits } from './proxy-limits.ts'
import { readRoutes, trustOf, withoutUndefined } from './read-routes.ts'
import { type Environment, readSecret, type SecretContext } from './secret.ts'
import { Place } from './shape.ts'

/**
 * Reads a configuration: JSON, or YAML 1.2 without duplicate keys, anchors, aliases, merges and tags. Secrets are read
 * from `env` and from the files that it names. Nothing is listened to or connected.
 *
 * @param path of the file, for errors and for the relative paths in it
 * @throws {ConfigurationError} naming the line, the value and the remedy, and showing no secret
 */
export function readConfiguration(text: string, path: string, env: Environment): Configuration {
  const document = readDocument(text, basename(path))
  const root = new Place(document)
  const given = configurationShape.read(document.value, root)
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  const context: SecretContext = { env, folder: dirname(resolve(path)), warn }
  const upstreams = readUpstreams(given, root)
  const routes = readRoutes(given.routes, upstreams, root.member('routes'))
  const { forwardAuth, extAuthz } = given
  const keys = [...given.routes.keys()]
  const configuration: Configuration = {
    path,
    resource: resourceOptions(given, root, context),
    missions: given.missions && {
      control: given.missions.control ?? false,
      announcements: given.missions.announcements ?? false,
      linkedKeys: given.missions.linkedKeys,
    },
    routes,
    upstreams,
    limits: proxyLimits(given),
    listen: listenAddress(given.listen ?? '127.0.0.1:8080', root.member('listen')),
    admin:
      given.admin === false
        ? undefined
        : listenAddress(given.admin ?? '127.0.0.1:9090', root.member('admin')),
    assertionKey:
      given.assertionKey && readAssertionKey(given.assertionKey, root.member('assertionKey'), context),
    stores: storesOf(given, root, context),
    forwardAuth: forwardAuth && {
      listen: listenAddress(forwardAuth.listen, root.member('forwardAuth').member('listen')),
      secret: sharedSecret(forwardAuth.secret, root.member('forwardAuth').member('secret'), context),
    },
    extAuthz: extAuthz && {
      listen: localListener(extAuthz.listen, root.member('extAuthz').member('listen')),
      secret: sharedSecret(extAuthz.secret, root.member('extAuthz').member('secret'), context),
    },
    warnings,
    fault({ option, route }, message) {
      const key = route && keys[routes.indexOf(route)]
      const place = key === undefined ? [] : ['routes', key]
      const at = document.place(option === undefined ? place : [...place, ...option.split('.')])
      return new ConfigurationError(`${at}: ${message}`)
    },
  }
  checkConfiguration(configuration, root, warn)
  return configuration
}

function readUpstreams({ upstream, upstreams }: Given, root: Place): readonly Upstream[] {
  if (upstream !== undefined && upstreams !== undefined)
    root.member('upstream').fail('"upstream" and "upstreams" are both set: write all servers in "upstreams"')
  if (upstreams !== undefined)
    return [...upstreams].map(([name, url]) => ({
      name,
      origin: upstreamOrigin(url, root.member('upstreams').member(name)),
    }))
  if (upstream === undefined)
    return root.fail('"upstream" is missing: write the address of the server, such as http://127.0.0.1:8000')
  return [{ name: 'upstream', origin: upstreamOrigin(upstream, root.member('upstream')) }]
}

function resourceOptions(given: Given, root: Place, context: SecretContext): ResourceOptions {
  const { issuer, authorities, strippedPrefix, defaultScope, accessServer, acceptPersonServerTokens } = given
  const { generations, accessMode, signatureWindow, replay, claims, maxAgentTokenLifetime } = given
  const { staleReads, ed25519, problemTypes, log, metadata, require: required, scopes, components } = given
  const isDevelopment = (context.env.AAUTH_DEV ?? '') !== ''
  if (given.trust === undefined && !isDevelopment)
    root.fail(
      '"trust" is missing: list the person servers whose agents may call, such as [https://ps.example]',
    )
  const read = {
    signingKey: given.signingKey && readPrivateKey(given.signingKey, root.member('signingKey'), context),
    publishedKeys:
      given.previousKeys && readPublicKeys(given.previousKeys, root.member('previousKeys'), context),
    observe: given.personHashKey && {
      personHashKey: readHashKey(given.personHashKey, root.member('personHashKey'), context),
    },
  }
  if (read.signingKey === undefined && !isDevelopment && !isLoopback(issuer))
    root
      .member('issuer')
      .fail(
        '"signingKey" is missing: make a key with `npx @aauth-guard/cli keygen --out signing-key.json` and write { file: signing-key.json }',
      )
  const known = Object.keys(defaultProxyLimits)
  const limits = Object.entries(withoutUndefined(given.limits ?? {})).filter(
    ([name]) => !known.includes(name),
  )
  return withoutUndefined({
    ...{ issuer, authorities, strippedPrefix, defaultScope, accessServer, acceptPersonServerTokens },
    ...{ generations, accessMode, signatureWindow, replay, claims, maxAgentTokenLifetime },
    ...{ staleReads, ed25519, problemTypes, log, additionalSignatureComponents: components },
    metadata: metadata && withoutUndefined(metadata),
    require: required && withoutUndefined(required),
    scopes: scopes && Object.fromEntries(scopes),
    limits: Object.fromEntries(limits) as Partial<Limits>,
    ...read,
    trust: trustOf(given.trust ?? []),
  }) as ResourceOptions
}

function proxyLimits({ limits }: Given): ProxyLimits {
  const known = Object.keys(defaultProxyLimits)
  const own = Object.entries(withoutUndefined(limits ?? ({} as GivenLimits))).filter(([name]) =>
    known.includes(name),
  )
  return Object.freeze({ ...defaultProxyLimits, ...Object.fromEntries(own) })
}

function storesOf({ stores }: Given, root: Place, context: SecretContext): StoresSetting {
  const place = root.member('stores')
  const { redis, postgres } = stores ?? {}
  if (stores === undefined) return { kind: 'memory' }
  if (redis !== undefined && postgres !== undefined) place.fail('"stores" has two members: write one of them')
  const kind = redis === undefined ? 'postgres' : 'redis'
  const source = (redis ?? postgres)?.url
  if (source === undefined) return place.fail('"stores" is empty: write redis or postgres, or leave it out')
  return { kind, url: readSecret(source, place.member(kind).member('url'), context) }
}

function sharedSecret(
  source: Parameters<typeof readSecret>[0],
  place: Place,
  context: SecretContext,
): string {
  const secret = readSecret(source, place, context)
  return /^[A-Za-z0-9._~-]{32,256}$/.test(secret)
    ? secret
    : place.fail(
        `${place.name} is not 32 to 256 letters, digits and "-._~": make one with \`openssl rand -hex 32\``,
      )
}

function localListener(written: string, place: Place): string {
  if (!written.startsWith('unix:') && !isLoopbackHost(listenAddress(written, place).host))
    place.fail(
      `${place.name} is not an address of this machine: write unix: and a path, or 127.0.0.1 and a port`,
    )
  return written
}

import type { AAuthErrorCode } from '@aauth-guard/core'

/** Why something was decided, what the agent must do, and what the operator must do. */
export interface DecisionExplanation {
  readonly why: string
  readonly agent: string
  readonly operator: string
}

const nothing = 'Nothing.'
const cannot = 'Nothing: it cannot mend this.'

/** What each error code means. docs/reference/errors.md says more. */
export const explanations: Readonly<Record<AAuthErrorCode, DecisionExplanation>> = {
  agent_token_required: {
    why: 'The request is signed with another kind of token, and the route wants to know the agent, or the agent has to begin again with its agent token.',
    agent: 'Sign the request with its agent token.',
    operator: 'Nothing. If the route asks for the wrong kind of token, change its "accept".',
  },
  person_token_required: {
    why: 'The route needs to know the person, or an auth token, and in draft 11 an agent gets a resource token only for a person token.',
    agent: 'Ask its person server for a person token for this resource, and call again.',
    operator: nothing,
  },
  auth_token_required: {
    why: 'The caller is verified, and its token does not grant the scope or the account that the route needs.',
    agent:
      'Take the resource token in AAuth-Requirement to its person server, or to the access server of this resource, and call again with the auth token that it gets.',
    operator:
      'Nothing. If the same agent comes back with the same answer again and again, compare "scope" of the route with what is granted.',
  },
  invalid_signature: {
    why: 'The signature fields do not parse, "created" is too old, the signature was used before, a digest does not match the content, or the signature does not verify for the method, host and path that arrived here.',
    agent:
      'Sign again with a new "created". If the answer says that the signature was already used, add a "nonce".',
    operator:
      'Read the hint. If the host or path in it is not what the agent called, a proxy changed it. If "created" is old, compare the clocks.',
  },
  invalid_input: {
    why: 'The signature leaves out a component that the protocol, the resource or the route requires.',
    agent: 'Cover what "required_input" of Signature-Error lists, and sign again.',
    operator: 'Require only what agents can send, such as content-digest only on routes with content.',
  },
  unsupported_scheme: {
    why: 'Signature-Key uses a scheme that is not accepted here.',
    agent: 'Use a scheme that Accept-Signature-Scheme lists.',
    operator:
      'Nothing. If this API serves other schemes on other routes, list them in "otherSignatureSchemes".',
  },
  unsupported_algorithm: {
    why: 'The key in the token has an "alg" other than Ed25519 or ES256, or does not name a full algorithm.',
    agent: 'Get a token for a key with an algorithm that Accept-Signature-Alg lists.',
    operator: nothing,
  },
  invalid_key: {
    why: 'The key in the token is malformed, is not a point of its curve, or holds a private member. For a server: "id", "dwk" or "kid" of Signature-Key is missing or malformed.',
    agent: 'Make a new key and get a token for it.',
    operator: nothing,
  },
  unknown_key: {
    why: 'The token names a key that its issuer does not publish, also after the keys were fetched again. They are fetched at most once a minute.',
    agent: 'Wait a minute, or get a new token.',
    operator:
      'Nothing if it passes. If it stays, tell the issuer that it signs with a key that it does not publish.',
  },
  invalid_jwt: {
    why: 'The issuer is not trusted in this role, the token is for another resource, a claim is missing or malformed, the signature of the issuer does not verify, or the issuer does not publish what it must.',
    agent: 'Get a new token from its issuer. If AAuth-Requirement is present, begin with that kind of token.',
    operator:
      'Read the hint. If it says that the issuer is not trusted and you want it to be, add it to "trust". If it names the audience, compare "issuer" of this resource with what agents call.',
  },
  expired_jwt: {
    why: 'The clock has reached "exp" of the token. There is no tolerance.',
    agent: 'Renew the token, beginning with the kind that AAuth-Requirement names.',
    operator:
      'Nothing. If tokens expire as soon as they are issued, compare your clock with that of the issuer.',
  },
  revoked_jwt: {
    why: 'The issuer revoked the token, or you did.',
    agent:
      'Begin again with the kind of token that AAuth-Requirement names. The person may have withdrawn the consent.',
    operator: nothing,
  },
  issuer_missing: {
    why: 'The metadata of the issuer does not name an issuer.',
    agent: cannot,
    operator: 'Tell the issuer. The hint names the document.',
  },
  issuer_mismatch: {
    why: 'The metadata of the issuer names another issuer than the token.',
    agent: cannot,
    operator: 'Tell the issuer. Do not add the other name to "trust" unless you mean to trust that server.',
  },
  clock_skew: {
    why: '"created", or "iat" of the token, is further ahead of the clock of this resource than the signature window.',
    agent: 'Correct its clock. If only "iat" is ahead, its issuer has to.',
    operator: 'Check your clock first. If it is right, the other side is ahead by as much as the hint says.',
  },
  invalid_request: {
    why: 'The request is malformed or ambiguous: a header is repeated or contradicts the token, the target would be changed by a URL parser, the host is not one of this resource, or the content ended early.',
    agent: 'Correct the request. Signing it again does not help.',
    operator:
      'Read the hint. If it names a host that agents do call, list it in "authorities". If it names a target that the agent did not send, a proxy changed the path.',
  },
  invalid_scope: {
    why: 'A request to the authorization endpoint asks for a scope that is not in "scopes" of the resource, or for more than 64.',
    agent: 'Ask for scopes that the metadata lists in "scope_descriptions".',
    operator: 'Describe the scope in "scopes" if it should exist.',
  },
  invalid_account: {
    why: 'A request to the authorization endpoint names an account, and "accounts" did not return true for it.',
    agent: 'Ask for another account, or for none.',
    operator: nothing,
  },
  unsupported_iss: {
    why: 'A server that "trust" does not accept wants to revoke a token or announce a termination, or it wants to revoke tokens of another issuer.',
    agent: 'Nothing: it is not involved.',
    operator:
      'Add the server to "trust" if it should be heard, or to "revocationDelegates" if it may revoke for another.',
  },
  content_too_large: {
    why: 'The signature covers content-digest, and the content is longer than "maxContent" of the guard.',
    agent: 'Send less, or do not cover the digest where the route does not require it.',
    operator: 'Raise "maxContent" on the routes that need it.',
  },
  rate_limited: {
    why: 'There is not enough room to remember signatures of this issuer or key, or a server sends more than is taken in a second.',
    agent: 'Wait for Retry-After.',
    operator:
      'Read the hint, which names the limit. List issuers that you know in "trust": others then cannot use up their share.',
  },
  access_denied: {
    why: '"check" did not return true, the token is bound to another account, the route forbids missions, the tool is not one that the person approved, a grant belongs to another person, or nobody could grant what is missing.',
    agent: 'Do not try again: the same token is refused again.',
    operator: 'Read the hint, which says which of these it was.',
  },
  person_required: {
    why: 'The route requires a person, and the token does not name one.',
    agent: 'Get a token that names its person.',
    operator: 'Nothing, or waive the person on routes that do not need one.',
  },
  mission_required: {
    why: 'The route, or the resource, requires a mission, and the token does not carry one.',
    agent: 'Propose a mission at its person server, and begin again with a token that carries it.',
    operator: 'Nothing, or waive the mission on routes that do not need one.',
  },
  mission_mismatch: {
    why: 'The mission was approved by another server than the route demands, or the state belongs to another mission.',
    agent: 'Use a token of the right mission.',
    operator: 'Nothing. If state cannot be resumed any more, check that the grant was stored unchanged.',
  },
  class_mismatch: {
    why: 'The agent provider is not one that the route lists, not that of the grant, or not that of the agent for which the mission was approved.',
    agent: cannot,
    operator: 'Add the provider to "class" if its agents may act.',
  },
  class_unverifiable: {
    why: 'The route or the grant needs to know the agent provider, and the token does not prove it.',
    agent: cannot,
    operator: 'List the issuer in "trust", or choose a "classPolicy".',
  },
  mission_terminated: {
    why: 'The person, the person server or you terminated the mission.',
    agent:
      'Stop working under this mission. Termination is permanent: propose a new mission if the work should go on.',
    operator: 'Nothing. The mission shows which tokens of it are still outstanding.',
  },
  pending: {
    why: 'A person has not decided yet, or is asked now.',
    agent: 'Poll the URL in Location, no more often than Retry-After says.',
    operator: 'Nothing. If nobody ever decides, check that persons reach the page in "interaction.url".',
  },
  denied: {
    why: 'A person said no.',
    agent: 'Do not ask again for the same.',
    operator: 'Nothing.',
  },
  abandoned: {
    why: 'The person came to the page and left without a decision.',
    agent: 'Ask again if the person still wants it.',
    operator: 'Nothing.',
  },
  revoked: {
    why: 'The token that the request was made with was revoked, or you ended the request or the consent.',
    agent: 'Obtain a new token and ask again.',
    operator: 'Nothing.',
  },
  not_found: {
    why: 'The pending URL was not made by this resource, or not for this caller.',
    agent: 'Poll with the agent, the person, the mission and the key that made the request.',
    operator: 'Nothing. If the agent is right, check that all processes have the same "sealingKeys".',
  },
  expired: {
    why: 'Nobody decided in time.',
    agent: 'Ask again if the person still wants it.',
    operator: 'Give persons more time with "lifetime" if they need it.',
  },
  invalid_code: {
    why: 'A code was wrong, was used before, or was guessed at too often.',
    agent: 'Ask again to obtain a new code.',
    operator: 'Nothing, unless it happens often: somebody may be guessing.',
  },
  gone: {
    why: 'The request has ended, and its owner was told once or did not ask in time.',
    agent: 'Stop polling.',
    operator: 'Nothing.',
  },
  slow_down: {
    why: 'One request was polled twice within a second.',
    agent: 'Wait 5 seconds longer between polls, or send Prefer: wait.',
    operator: 'Nothing.',
  },
  server_error: {
    why: 'Nobody could decide: keys could not be fetched, a store failed or was too slow, a clock is off, the status of a mission is not known, or a callback threw.',
    agent: 'Try again after Retry-After.',
    operator:
      'Act on this one. The hint names what failed. If one issuer causes most of them, that issuer is down.',
  },
}

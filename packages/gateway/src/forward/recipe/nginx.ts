import type { Upstream } from '../../routes/route.ts'
import { nginxCheckPath } from '../forward-auth-handler.ts'
import { nginxContentType, nginxFields, nginxStatuses } from '../nginx-answer.ts'
import { answeredFields, endedFields, forwardedField, removedFields } from '../proxy-fields.ts'
import { addressOf, ownPaths, type RecipeFacts, type RecipePlace } from './recipe-settings.ts'

/** Set by the recipe itself behind the removal of the others. */
const setFields: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])

/** For the context `http` of nginx, such as a file in `conf.d`. */
export function nginxRecipe(facts: RecipeFacts, place: RecipePlace): string {
  const { authorities, publicListener, forwardListener, maxContent, upstreams } = facts
  const [authority = ''] = authorities
  const isTls = upstreams.some(({ origin }) => origin.protocol === 'https:')
  const removed = [...removedFields.filter((name) => !setFields.has(name)), ...endedFields]
  return `# The secret stands in a file of its own that nginx alone can read:
#   map "" $aauth_guard_secret { default "the secret of the gateway"; }
include ${place.secretFile ?? '/etc/nginx/aauth-guard-secret.conf'};

upstream aauth_guard_forward {
  server ${forwardListener};
  keepalive 32;
  keepalive_timeout 60s;
}
upstream aauth_guard_public {
  server ${publicListener};
}
${upstreams.map(({ origin }, at) => `upstream aauth_guard_upstream_${at} {\n  server ${addressOf(origin)};\n}\n`).join('')}
# The gateway says which upstream it decided for. nginx chooses by the decoded path, so it must not choose itself.
map $aauth_guard_upstream $aauth_guard_origin {
  default "";
${upstreams.map(({ name, origin }, at) => `  "${name}" ${origin.protocol}//aauth_guard_upstream_${at};\n`).join('')}}
${isTls ? tlsNames(upstreams) : ''}# No cache that several agents share may keep what a guarded route answers.
map $upstream_http_cache_control $aauth_guard_cache_control {
  "" private;
  default "";
}

server {
${listenLines(place)}
  server_name ${authorities.map((one) => one.replace(/:\d+$/, '')).join(' ')};
  server_tokens off;

  # Targets go on as they were signed, and no two names of a field are one.
  merge_slashes off;
  underscores_in_headers off;
  ignore_invalid_headers on;
  large_client_header_buffers 4 16k;
  client_max_body_size ${maxContent};

  # The answer of the gateway to a refused request is in header lines.
  proxy_buffer_size 32k;
  proxy_buffers 8 32k;
  proxy_http_version 1.1;
  proxy_cache off;
  proxy_intercept_errors off;
  proxy_next_upstream off;

  # The documents and endpoints of the resource.
${ownPaths.map((path) => ownLocation(path)).join('')}
  # Everything else is asked for. No other location may lead to an upstream.
  location / {
    satisfy all;
    auth_request /_aauth_guard_check;
    auth_request_set $aauth_guard_status $upstream_http_aauth_guard_status;
    auth_request_set $aauth_guard_body $upstream_http_aauth_guard_body;
${nginxFields.map((name) => `    auth_request_set ${answerVariable(name)} $upstream_http_${name.replaceAll('-', '_')};\n`).join('')}    auth_request_set $aauth_guard_upstream $upstream_http_aauth_guard_upstream;
    auth_request_set $aauth_guard_assertion $upstream_http_aauth_guard_assertion;
    auth_request_set $aauth_guard_authorization $upstream_http_authorization;
    auth_request_set $aauth_guard_cookie $upstream_http_cookie;
    auth_request_set $aauth_guard_vary $upstream_http_aauth_guard_vary;
    error_page 403 = @aauth_guard_refused;
    error_page 500 = @aauth_guard_unavailable;

    proxy_pass $aauth_guard_origin;
    # An upstream must not lead into the locations below.
    proxy_ignore_headers X-Accel-Redirect;
    proxy_set_header Host ${authority};
    proxy_set_header Connection "";
    proxy_set_header AAuth-Guard-Assertion $aauth_guard_assertion;
    proxy_set_header Authorization $aauth_guard_authorization;
    proxy_set_header Cookie $aauth_guard_cookie;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host ${authority};
    proxy_set_header X-Forwarded-Proto $scheme;
${removed.map((name) => `    proxy_set_header ${name} "";\n`).join('')}${isTls ? tlsLines : ''}
${answeredFields.map((name) => `    proxy_hide_header ${name};\n`).join('')}    add_header Cache-Control $aauth_guard_cache_control always;
    add_header Vary $aauth_guard_vary always;
  }

  location = /_aauth_guard_check {
    internal;
    proxy_pass http://aauth_guard_forward${nginxCheckPath};
    proxy_method GET;
    proxy_connect_timeout 3s;
    proxy_read_timeout 35s;
    proxy_pass_request_body off;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_set_header Content-Length "";
    proxy_set_header ${forwardedField} "$aauth_guard_secret $request_method $request_uri";
  }

  # nginx passes nothing of a refused check on, so the answer is written from what the gateway said. No second request is
  # made for it: that would wait for the content of the refused one.
  location @aauth_guard_refused {
    auth_request off;
    default_type ${nginxContentType};
${nginxFields.map((name) => `    add_header ${name} ${answerVariable(name)} always;\n`).join('')}${nginxStatuses.map((status) => `    if ($aauth_guard_status = ${status}) { return ${status} $aauth_guard_body; }\n`).join('')}    return 403;
  }

  # The gateway cannot be reached.
  location @aauth_guard_unavailable {
    auth_request off;
    default_type ${nginxContentType};
    add_header Retry-After 5 always;
    add_header Cache-Control no-store always;
    return 503 '{"type":"about:blank","title":"The gateway cannot be reached.","status":503}';
  }
}
`
}

/** `$aauth_guard_answer_retry_after` */
function answerVariable(name: string): string {
  return `$aauth_guard_answer_${name.replaceAll('-', '_')}`
}

function listenLines({ listen, tls }: RecipePlace): string {
  const at = `${listen?.address === undefined ? '' : `${listen.address}:`}${listen?.port ?? 443}`
  if (tls === null) return `  listen ${at};`
  const { certificate, key } = tls ?? {
    certificate: '/etc/nginx/tls/certificate.pem',
    key: '/etc/nginx/tls/key.pem',
  }
  return `  listen ${at} ssl http2;\n  ssl_certificate ${certificate};\n  ssl_certificate_key ${key};`
}

function ownLocation(path: string): string {
  return `  location ${path.endsWith('/') ? '^~' : '='} ${path} {
    proxy_pass http://aauth_guard_public;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
  }
`
}

function tlsNames(upstreams: readonly Upstream[]): string {
  const names = upstreams.map(
    ({ name, origin }) => `  "${name}" "${'socketPath' in origin ? '' : origin.hostname}";\n`,
  )
  return `map $aauth_guard_upstream $aauth_guard_upstream_host {\n  default "";\n${names.join('')}}\n`
}

const tlsLines = `    proxy_ssl_server_name on;
    proxy_ssl_name $aauth_guard_upstream_host;
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
`

/**
 * The messages of Envoy's `envoy.service.auth.v3.Authorization` that are read or written here, with the numbers of their
 * fields. All other fields are skipped, `context_extensions` and the joined `headers` among them. `body` is a string in
 * Envoy's file, which has the same form as octets: content is not always text.
 */
export const descriptor = {
  nested: {
    'envoy.service.auth.v3': {
      nested: {
        Authorization: {
          methods: { Check: { requestType: 'CheckRequest', responseType: 'CheckResponse' } },
        },
        CheckRequest: { fields: { attributes: { type: 'AttributeContext', id: 1 } } },
        AttributeContext: {
          fields: { request: { type: 'Request', id: 4 } },
          nested: {
            Request: { fields: { http: { type: 'HttpRequest', id: 2 } } },
            HttpRequest: {
              fields: {
                method: { type: 'string', id: 2 },
                path: { type: 'string', id: 4 },
                host: { type: 'string', id: 5 },
                protocol: { type: 'string', id: 10 },
                body: { type: 'bytes', id: 11 },
                raw_body: { type: 'bytes', id: 12 },
                header_map: { type: '.envoy.config.core.v3.HeaderMap', id: 13 },
              },
            },
          },
        },
        CheckResponse: {
          fields: {
            status: { type: '.google.rpc.Status', id: 1 },
            denied_response: { type: 'DeniedHttpResponse', id: 2 },
            ok_response: { type: 'OkHttpResponse', id: 3 },
          },
          oneofs: { http_response: { oneof: ['denied_response', 'ok_response'] } },
        },
        DeniedHttpResponse: {
          fields: {
            status: { type: '.envoy.type.v3.HttpStatus', id: 1 },
            headers: { rule: 'repeated', type: '.envoy.config.core.v3.HeaderValueOption', id: 2 },
            body: { type: 'string', id: 3 },
          },
        },
        OkHttpResponse: {
          fields: {
            headers: { rule: 'repeated', type: '.envoy.config.core.v3.HeaderValueOption', id: 2 },
            headers_to_remove: { rule: 'repeated', type: 'string', id: 5 },
            response_headers_to_add: {
              rule: 'repeated',
              type: '.envoy.config.core.v3.HeaderValueOption',
              id: 6,
            },
          },
        },
      },
    },
    'envoy.config.core.v3': {
      nested: {
        HeaderMap: { fields: { headers: { rule: 'repeated', type: 'HeaderValue', id: 1 } } },
        HeaderValue: {
          fields: {
            key: { type: 'string', id: 1 },
            value: { type: 'string', id: 2 },
            raw_value: { type: 'bytes', id: 3 },
          },
        },
        HeaderValueOption: {
          fields: {
            header: { type: 'HeaderValue', id: 1 },
            append: { type: '.google.protobuf.BoolValue', id: 2 },
            append_action: { type: 'int32', id: 3 },
          },
        },
      },
    },
    'envoy.type.v3': { nested: { HttpStatus: { fields: { code: { type: 'int32', id: 1 } } } } },
    'google.rpc': {
      nested: {
        Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } },
      },
    },
    'google.protobuf': { nested: { BoolValue: { fields: { value: { type: 'bool', id: 1 } } } } },
  },
} as const

/** A field that Envoy sends. With `encode_raw_headers`, only `key` and `raw_value` are set. */
export interface HeaderValue {
  readonly key?: string
  readonly value?: string
  readonly raw_value?: Uint8Array
}

export interface CheckRequest {
  readonly attributes?: {
    readonly request?: {
      readonly http?: {
        readonly method?: string
        /** The target as it was sent, with its query. */
        readonly path?: string
        readonly host?: string
        readonly protocol?: string
        readonly body?: Uint8Array
        readonly raw_body?: Uint8Array
        readonly header_map?: { readonly headers?: readonly HeaderValue[] }
      }
    }
  }
}

/** `HeaderAppendAction` of Envoy. */
export const appendActions = { addIfAbsent: 1, overwrite: 2 } as const

export interface HeaderValueOption {
  readonly header: { readonly key: string; readonly value: string }
  /** Decides in every version of Envoy where it is set, and in old ones also where it is not (then `false`). */
  readonly append?: { readonly value: boolean }
  readonly append_action?: number
}

export interface CheckResponse {
  /** A code of `google.rpc`; 0 lets the request pass. */
  readonly status: { readonly code: number; readonly message?: string }
  readonly denied_response?: {
    readonly status: { readonly code: number }
    readonly headers: readonly HeaderValueOption[]
    readonly body: string
  }
  readonly ok_response?: {
    readonly headers: readonly HeaderValueOption[]
    readonly headers_to_remove: readonly string[]
    readonly response_headers_to_add: readonly HeaderValueOption[]
  }
}

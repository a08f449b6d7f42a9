import { setTimeout as wait } from 'node:timers/promises'
import type { McpOptions } from '@aauth-guard/mcp'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='
const text = (said: string) => ({ type: 'text' as const, text: said })
const image = { type: 'image' as const, data: png, mimeType: 'image/png' }
const embedded = (uri: string, mimeType: string, said: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: said },
})
const options = (prefix: string, title: string) =>
  ['First', 'Second', 'Third'].map((nth, at) => ({ const: `${prefix}${at + 1}`, title: `${nth} ${title}` }))

const defaults = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}
const enums = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', oneOf: options('value', 'Option') },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: { type: 'array', items: { anyOf: options('value', 'Choice') } },
}
const user = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
}
const json2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
  },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
}

type Extra = Parameters<Parameters<Server['setRequestHandler']>[1]>[1]
type Tool = (args: Record<string, unknown>, extra: Extra) => Promise<object[]> | object[]

const elicit =
  (properties: object, message?: string): Tool =>
  async (args, { sendRequest }) => {
    const requestedSchema = {
      type: 'object',
      properties,
      required: message === undefined ? ['username', 'email'] : [],
    }
    // On the stream of the call: that of the session may not be open yet.
    const params = {
      message: message ?? String(args.message),
      requestedSchema,
    } as never
    const asked = await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema)
    const content = JSON.stringify(asked.content ?? {})
    return [
      text(
        `${message === undefined ? 'User response' : 'Elicitation completed'}: action=${asked.action}, content=${content}`,
      ),
    ]
  }

const tools: Readonly<Record<string, Tool>> = {
  test_simple_text: () => [text('This is a simple text response for testing.')],
  test_image_content: () => [image],
  test_audio_content: () => [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
  test_embedded_resource: () => [
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ],
  test_multiple_content_types: () => [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ],
  test_tool_with_logging: async (_args, { sendNotification }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
      await wait(50)
    }
    return [text('Tool with logging executed successfully')]
  },
  test_error_handling: () => {
    throw new Error('This tool intentionally returns an error for testing')
  },
  test_tool_with_progress: async (_args, { sendNotification, _meta }) => {
    for (const progress of [0, 50, 100]) {
      const params = { progressToken: _meta?.progressToken ?? 0, progress, total: 100 }
      await sendNotification({ method: 'notifications/progress', params })
      await wait(50)
    }
    return [text(String(_meta?.progressToken ?? 0))]
  },
  test_sampling: async (args, { sendRequest }) => {
    const messages = [{ role: 'user' as const, content: text(String(args.prompt)) }]
    const params = { messages, maxTokens: 100 }
    const { content } = await sendRequest(
      { method: 'sampling/createMessage', params },
      CreateMessageResultSchema,
    )
    return [text(`LLM response: ${'text' in content ? content.text : ''}`)]
  },
  test_elicitation: elicit(user),
  test_elicitation_sep1034_defaults: elicit(defaults, 'Please review'),
  test_elicitation_sep1330_enums: elicit(enums, 'Please choose'),
  test_reconnection: async (_args, { closeSSEStream }) => {
    await wait(100)
    closeSSEStream?.()
    await wait(100)
    return [text('Reconnection test completed')]
  },
  json_schema_2020_12_tool: () => [text('done')],
}

const resources: Readonly<Record<string, object>> = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: png },
  'test://watched-resource': { mimeType: 'text/plain', text: 'watched' },
}
const prompts: Readonly<Record<string, (args: Readonly<Record<string, string>>) => object[]>> = {
  test_simple_prompt: () => [text('This is a simple prompt for testing.')],
  test_prompt_with_arguments: ({ arg1, arg2 }) => [
    text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  ],
  test_prompt_with_embedded_resource: ({ resourceUri = 'test://example-resource' }) => [
    embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
    text('Please process the embedded resource above.'),
  ],
  test_prompt_with_image: () => [image, text('Please analyze the image above.')],
}
const args = (...names: string[]) => ({
  arguments: names.map((name) => ({ name, description: name, required: true })),
})
const promptArguments: Readonly<Record<string, object>> = {
  test_prompt_with_arguments: args('arg1', 'arg2'),
  test_prompt_with_embedded_resource: args('resourceUri'),
}

/** Everything that the conformance server has, in a table. */
export const everything: McpOptions = {
  tools: entriesOf(tools),
  resources: { ...entriesOf(resources), 'test://template/{id}/data': { scope: 'notes.read' } },
  prompts: entriesOf(prompts),
  methods: { 'logging/setLevel': { scope: 'notes.read' } },
}

function entriesOf(given: object): Record<string, { scope: string }> {
  return Object.fromEntries(Object.keys(given).map((name) => [name, { scope: 'notes.read' }]))
}

/** A server with what the official conformance suite asks for. */
export function conformanceServer(): Server {
  const capabilities = {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: { listChanged: true },
    logging: {},
    completions: {},
  }
  const server = new Server({ name: 'conformance', version: '1.0.0' }, { capabilities })
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.keys(tools).map((name) => ({
      name,
      description: name,
      inputSchema: name === 'json_schema_2020_12_tool' ? json2020 : { type: 'object' as const },
    })),
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    try {
      return { content: (await tools[params.name]?.(params.arguments ?? {}, extra)) ?? [] } as never
    } catch (error) {
      return { isError: true, content: [text((error as Error).message)] }
    }
  })
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: Object.keys(resources).map((uri) => ({
      uri,
      name: uri,
      description: uri,
      mimeType: 'text/plain',
    })),
  }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const id = uri.split('/')[3]
    const templated = {
      mimeType: 'application/json',
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    }
    return { contents: [{ uri, ...(resources[uri] ?? templated) }] } as never
  })
  server.setRequestHandler(SubscribeRequestSchema, () => ({}))
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}))
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: Object.keys(prompts).map((name) => ({ name, description: name, ...promptArguments[name] })),
  }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const contents = prompts[params.name]?.(params.arguments ?? {}) ?? []
    return { messages: contents.map((content) => ({ role: 'user', content })) } as never
  })
  server.setRequestHandler(CompleteRequestSchema, () => ({
    completion: { values: ['paris'], total: 1, hasMore: false },
  }))
  server.setRequestHandler(SetLevelRequestSchema, () => ({}))
  return server
}

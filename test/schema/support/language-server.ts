/** A client of yaml-language-server, as an editor is one: the real server in a process of its own, over stdio. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface LspDiagnostic {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly message: string;
}

export interface CompletionItem {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: string | { readonly value: string };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const SERVER = join(
  dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
);

/** Nothing comes from the network: no catalogue of schemas, and only files that a modeline names. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  yaml: {
    validate: true,
    hover: true,
    completion: true,
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
  },
};

export class LanguageServer implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #waiting = new Map<string, (params: never) => void>();
  #buffer = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    this.#child = spawn(process.execPath, [SERVER, '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Whoever looks for the network finds a proxy that is not there.
      env: { ...process.env, HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' },
    });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      for (let message = this.#take(); message; message = this.#take()) this.#hear(message);
    });
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    await server.#request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { configuration: true }, textDocument: { hover: {}, completion: {} } },
    });
    // Asked for this, the server says when it has taken our settings.
    server.#notify('yaml/supportSchemaSelection', {});
    const ready = server.#told('yaml/schema/store/initialized');
    server.#notify('initialized', {});
    await ready;
    return server;
  }

  /** @returns what is wrong with the text, as an editor would underline it */
  async open(path: string, text: string): Promise<readonly LspDiagnostic[]> {
    const uri = pathToFileURL(path).href;
    const told = this.#told<{ diagnostics: readonly LspDiagnostic[] }>(
      `textDocument/publishDiagnostics ${uri}`,
    );
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return (await told).diagnostics;
  }

  /** The text that an editor shows over a place; empty where it shows nothing. */
  async hover(path: string, position: Position): Promise<string> {
    const params = { textDocument: { uri: pathToFileURL(path).href }, position };
    const hover = (await this.#request('textDocument/hover', params)) as {
      readonly contents: { readonly value: string };
    } | null;
    return hover?.contents.value ?? '';
  }

  async complete(path: string, position: Position): Promise<readonly CompletionItem[]> {
    const params = { textDocument: { uri: pathToFileURL(path).href }, position };
    const list = (await this.#request('textDocument/completion', params)) as {
      readonly items: readonly CompletionItem[];
    };
    return list.items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    await this.#request('shutdown', null);
    this.#notify('exit', null);
    await ended;
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      this.#send({ id, method, params });
    });
  }

  #notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #told<T>(what: string): Promise<T> {
    return new Promise((resolve) => this.#waiting.set(what, resolve));
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** The next whole message. */
  #take(): Message | undefined {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/Content-Length: ([0-9]+)/i.exec(this.#buffer.toString('latin1', 0, end))![1]);
    const start = end + 4;
    if (this.#buffer.length < start + length) return undefined;
    const body = this.#buffer.toString('utf8', start, start + length);
    this.#buffer = this.#buffer.subarray(start + length);
    return JSON.parse(body) as Message;
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (method === undefined) {
      this.#answers.get(id!)?.({ result, ...(error && { error }) });
      this.#answers.delete(id!);
    } else if (id !== undefined) {
      // What the server asks of its client: settings, and to register what it can do.
      const { items = [] } = (params ?? {}) as { readonly items?: readonly { readonly section: string }[] };
      const sections = items.map(({ section }) => SETTINGS[section] ?? null);
      this.#send({ id, result: method === 'workspace/configuration' ? sections : null });
    } else {
      const { uri } = (params ?? {}) as { readonly uri?: string };
      const what = uri === undefined ? method : `${method} ${uri}`;
      this.#waiting.get(what)?.(params as never);
      this.#waiting.delete(what);
    }
  }
}

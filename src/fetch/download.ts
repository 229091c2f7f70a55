/** Brings a file here: in parts if it has to be, and never takes one for whole whose digest is another. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors, stream } from 'undici';
import { isMissing } from '../util/disk.js';
import { UserError } from '../util/user-error.js';

export interface Wanted {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** `done` of `total` bytes of what is called `what`. */
export type ByteListener = (what: string, done: number, total: number) => void;

/** A connection may break as often as this, as long as each brings something. */
const MOST_TRIES = 1000;

/**
 * A file with the digest that it should have; at once if it is there already. What comes is kept in `PATH.part`, from
 * where the next call goes on.
 * @returns whether it was downloaded; a file that was there is the user's
 * @throws UserError if the server has no such file, or one of another length or digest, or ends before
 */
export async function download(wanted: Wanted, path: string, progress: ByteListener): Promise<boolean> {
  const name = basename(path);
  if ((await sizeOf(path)) === undefined) {
    await receive(wanted, `${path}.part`, (done) => {
      progress(`downloading ${name}`, done, wanted.bytes);
    });
    await verify(wanted, `${path}.part`);
    await rename(`${path}.part`, path);
    return true;
  }
  await checkOwn(wanted, path);
  return false;
}

/** What is wrong of what we downloaded goes, so that the next call begins anew. */
async function verify({ url, bytes, sha256 }: Wanted, path: string): Promise<void> {
  const found = await digestOf(path);
  if (found === sha256 && (await sizeOf(path)) === bytes) return;
  await rm(path, { force: true });
  throw new UserError(
    `${shown(url)} gave a file with the SHA-256 ${found}, but the release has ${sha256}: it is another file, or damaged on the way. It was removed; run again, or name a mirror with --from.`,
  );
}

/** A file that was there before is the user's, whatever it is. */
async function checkOwn({ bytes, sha256 }: Wanted, path: string): Promise<void> {
  const found = await digestOf(path);
  if (found === sha256 && (await sizeOf(path)) === bytes) return;
  throw new UserError(
    `${path} is there already, but its SHA-256 is ${found}, not the release's ${sha256}: it is another file, damaged, or not whole yet. Move it away, or name another folder with --to.`,
  );
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}

/** An address without what only its server is to know. */
function shown(address: string): string {
  const url = new URL(address);
  [url.username, url.password, url.search] = ['', '', ''];
  return url.href;
}

async function receive(wanted: Wanted, part: string, progress: (done: number) => void): Promise<void> {
  const agent = agentFor(process.env);
  try {
    for (let tries = 1; ; tries++) {
      const before = (await sizeOf(part)) ?? 0;
      if (before > wanted.bytes) {
        await rm(part);
        continue;
      }
      if (before === wanted.bytes) return;
      const broken = await receiveRest(wanted, { part, before, agent, progress });
      const after = (await sizeOf(part)) ?? 0;
      if (broken === undefined) return;
      if (after <= before || tries >= MOST_TRIES)
        throw new UserError(
          `${shown(wanted.url)} broke off after ${after} of ${wanted.bytes} bytes (${broken}). Run again to go on from there.`,
        );
    }
  } finally {
    await agent.close();
  }
}

interface Rest {
  readonly part: string;
  /** Bytes that are there. */
  readonly before: number;
  readonly agent: Dispatcher;
  readonly progress: (done: number) => void;
}

/** @returns why the connection ended before the file did; undefined if it did not */
async function receiveRest(
  wanted: Wanted,
  { part, before, agent, progress }: Rest,
): Promise<string | undefined> {
  const { url, bytes } = wanted;
  const range = before > 0 ? { range: `bytes=${before}-` } : {};
  // Packed once more on the way it would have another length.
  const headers = { 'accept-encoding': 'identity', ...range };
  let at: number | undefined;
  let file: number | undefined;
  try {
    await stream(url, { method: 'GET', dispatcher: agent, headers }, (answer) => {
      checkAnswer(wanted, answer, before);
      // A server may give the whole whatever it is asked for.
      at = answer.statusCode === 206 ? before : 0;
      file = openSync(part, at > 0 ? 'r+' : 'w');
      return new Writable({
        // At once, since what a stream still holds is lost when the connection breaks.
        write(chunk: Buffer, _, done) {
          try {
            if (at! + chunk.length > bytes)
              throw new UserError(
                `${shown(url)} gives more than the ${bytes} bytes of the release: it is another file.`,
              );
            writeSync(file!, chunk, 0, chunk.length, at);
            at! += chunk.length;
            progress(at!);
            done();
          } catch (error) {
            done(error as Error);
          }
        },
      });
    });
    return at! < bytes ? 'the connection was closed' : undefined;
  } catch (error) {
    if (error instanceof UserError || (error instanceof Error && 'syscall' in error && isDisk(error.syscall)))
      throw error;
    if (at !== undefined) return reasonOf(error);
    throw new UserError(
      `${shown(url)} cannot be reached: ${reasonOf(error)}. Run again later, or name a mirror with --from.`,
      { cause: error },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether it was the disk that failed, and not the network. */
function isDisk(call: unknown): boolean {
  return call === 'write' || call === 'open';
}

type Answer = Pick<Dispatcher.StreamFactoryData, 'statusCode' | 'headers'>;

function checkAnswer({ url, bytes }: Wanted, { statusCode, headers }: Answer, before: number): void {
  if (statusCode !== 200 && statusCode !== 206)
    throw new UserError(
      `${shown(url)} cannot be had: the server answers ${statusCode}${said(STATUS_CODES[statusCode])}. Look whether it has moved, or name a mirror with --from.`,
    );
  const part = /^bytes (\d+)-\d+\/(\d+)$/.exec(String(headers['content-range']));
  if (statusCode === 206 && part?.[1] !== String(before))
    throw new UserError(
      `${shown(url)} gives another part of the file than was asked for. Name a mirror with --from.`,
    );
  const total = Number(statusCode === 206 ? part![2] : (headers['content-length'] ?? bytes));
  if (total !== bytes)
    throw new UserError(
      `${shown(url)} has ${total} bytes, but the release has ${bytes}: it is another file. Name a mirror with --from.`,
    );
}

function said(words: string | undefined): string {
  return words === undefined ? '' : ` (${words})`;
}

/** Goes where a server sends it; by way of a proxy where the environment names one. */
function agentFor(environment: NodeJS.ProcessEnv): Dispatcher {
  return plainAgent(environment).compose(interceptors.redirect({ maxRedirections: 10 }));
}

/** The one for proxies warns that it is experimental. */
function plainAgent(environment: NodeJS.ProcessEnv): Dispatcher {
  const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];
  if (!names.some((name) => environment[name])) return new Agent();
  try {
    return new EnvHttpProxyAgent();
  } catch {
    // Its message may hold a password.
    throw new UserError(
      'http_proxy or https_proxy is no address of a proxy: http://host:port, or http://user:password@host:port',
    );
  }
}

/** Undefined if there is no file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The deepest, since those above it only say that something failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name;
}

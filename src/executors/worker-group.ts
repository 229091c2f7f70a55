/** One task done by several workers together; what one of them lacks, all lack. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskEnd, TaskOrder } from '../run/executor.js';
import { isThisHost, startWorker, THIS_HOST } from './start-worker.js';
import type { WorkerProgram } from './worker-protocol.js';
import { type Listener, WorkerProcess } from './worker-process.js';

/** Within which all must have started, ms: a remote shell that hangs never says so. */
const START_MS = 120_000;

/** Within which the others end too once one misses another, ms. */
const ANSWER_MS = 10_000;

/** A worker of the group: its place in it and its process. */
interface Member {
  readonly rank: number;
  readonly host: string;
  /** What the task is told of it. */
  readonly heard: Listener;
  readonly worker: WorkerProcess;
}

/**
 * The first worker reports, saves, and is the one that is asked to stop; the others wait for it inside their operations,
 * so they are killed once it has ended otherwise than by finishing.
 * @param hosts by rank; threads of `program` are those of each
 */
export async function executeTogether(
  program: WorkerProgram,
  hosts: readonly string[],
  order: TaskOrder,
  listener: Listener,
  signal: AbortSignal,
): Promise<TaskEnd> {
  const members = hosts.map((host, rank) => {
    const device = hosts.slice(0, rank).filter((other) => other === host).length;
    const settings = { ...program.settings, device };
    const heard = rank === 0 ? listener : logsOf(rank, listener);
    const worker = new WorkerProcess(startWorker({ ...program, settings }, host), heard);
    return { rank, host, heard, worker };
  });
  try {
    const addresses = await Promise.race([addressesOf(members), interrupted(signal), tooLate(START_MS)]);
    if ('type' in addresses) return addresses;
    const never = new AbortController().signal;
    const ends = members.map(async ({ rank, heard, worker }) =>
      worker.execute(order, heard, rank === 0 ? signal : never, { rank, workers: members.length, addresses }),
    );
    return await endOf(ends, members, signal);
  } finally {
    await Promise.all(members.map(({ worker }) => worker.kill()));
  }
}

/** `host:port` of each, or the end that comes of one which did not start. */
async function addressesOf(members: readonly Member[]): Promise<readonly string[] | TaskEnd> {
  const ports = await Promise.all(members.map(({ worker }) => worker.freePort()));
  const lost = ports.indexOf(undefined);
  if (lost >= 0) return notStarted(members[lost]!, members);
  const isHere = members.every(({ host }) => isThisHost(host));
  return members.map(({ host }, i) => `${isHere ? '127.0.0.1' : host.replace(/^.*@/, '')}:${ports[i]!}`);
}

async function notStarted(member: Member, members: readonly Member[]): Promise<TaskEnd> {
  const how = await member.worker.gone;
  const { lastLine } = member.worker;
  const said = lastLine === '' ? '' : `: ${lastLine}`;
  return { type: 'crashed', cause: `${named(member, members)}: did not start (${how})${said}` };
}

/**
 * That of the first worker, or of the first to fail. Who misses another says so before that one's own end is seen,
 * so the others are waited for, to name who it was.
 */
async function endOf(
  ends: readonly Promise<TaskEnd>[],
  members: readonly Member[],
  signal: AbortSignal,
): Promise<TaskEnd> {
  const bad = new Promise<{ end: TaskEnd; rank: number }>((resolve) => {
    ends.forEach((promise, rank) => {
      void promise.then((end) => {
        if (rank === 0 || end.type !== 'done') resolve({ end, rank });
      });
    });
  });
  const { end, rank } = await bad;
  if (!missesOther(end)) return withName(end, members[rank]!, members);
  const silent: TaskEnd = { type: 'crashed', cause: 'does not answer' };
  const late = Promise.race([delay(ANSWER_MS, undefined, { ref: false }), interrupted(signal)]);
  const all = await Promise.all(ends.map((one) => Promise.race([one, late.then(() => silent)])));
  const culprit = all.findIndex(
    (other) => other.type === 'failed' || (other.type === 'crashed' && !missesOther(other)),
  );
  const who = culprit < 0 ? rank : culprit;
  return withName(all[who]!, members[who]!, members);
}

async function interrupted(signal: AbortSignal): Promise<TaskEnd> {
  if (!signal.aborted) await once(signal, 'abort');
  return { type: 'interrupted' };
}

async function tooLate(ms: number): Promise<TaskEnd> {
  await delay(ms, undefined, { ref: false });
  return { type: 'crashed', cause: `not all workers had started after ${ms / 1000} s` };
}

function missesOther(end: TaskEnd): boolean {
  return end.type === 'crashed' && end.ofOther === true;
}

/** A crash with the worker's name; a failure is the task's, whoever had it. */
function withName(end: TaskEnd, member: Member, members: readonly Member[]): TaskEnd {
  return end.type === 'crashed' ? { type: 'crashed', cause: `${named(member, members)}: ${end.cause}` } : end;
}

function named({ rank, host }: Member, { length }: readonly Member[]): string {
  return `worker ${rank + 1} of ${length}${host === THIS_HOST ? '' : ` on ${host}`}`;
}

/** What the others print is logged too, their numbers are those of the first. */
function logsOf(rank: number, listener: Listener): Listener {
  return (message) => {
    if (message.type === 'log')
      listener({ type: 'log', text: message.text.replace(/^(?=.)/gm, `worker ${rank + 1}: `) });
  };
}

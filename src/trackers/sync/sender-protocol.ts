/** What the parent and its sender say to each other over the IPC channel; plain data. */
import type { SenderState } from './sender.js';

/** What a sender is started with, in its environment as JSON. The server stands in the variables of MLflow's own. */
export interface SenderSettings {
  /** Absolute folder of all results. */
  readonly runsDirectory: string;
  readonly experiment: string;
}

export const SENDER_VARIABLE = 'STAGECRAFT_SENDER';

export interface ToSender {
  readonly type: 'finish';
}

export type FromSender =
  | SenderState
  /** Nothing more will be sent: no waiting mends it. */
  | { readonly type: 'gave-up'; readonly reason: string };

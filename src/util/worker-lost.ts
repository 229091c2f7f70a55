/** Another of the workers that do a task together is gone, or does not answer: no failure of the one that throws it. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

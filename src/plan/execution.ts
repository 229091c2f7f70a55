/** What happened when a task ran: the record beside each artifact. */

/** One file of an artifact. */
export interface FileRecord {
  readonly bytes: number;
  /** SHA-256, 64 hex digits. */
  readonly sha256: string;
}

/** Backend, library and version, device, and the threads inside one operation. */
export interface EngineRecord {
  readonly backend: string;
  readonly library: string;
  readonly device: string;
  readonly threads: number;
  /** Processes that trained the net together; absent where it was one. */
  readonly workers?: number;
}

/** Where and with what a task ran; does not make another task of it, but stands with each result. */
export interface Environment {
  /** What computed the nets; absent where none ran. */
  readonly engine?: EngineRecord;
  readonly imageLibrary?: string;
  /** That the net and what it computed were to take, which decides how many images were computed at once. */
  readonly memoryGiB?: number;
  readonly node: string;
  readonly platform: string;
  /** Digest of our compiled code. */
  readonly code: string;
}

/** What a task took, by which a plan foretells others. */
export interface Measures {
  readonly seconds: number;
  /** Of these, before its first image or step; absent where that is not known. */
  readonly setupSeconds?: number;
  /** Most that its worker held; absent in older manifests, and where an earlier task of the worker needed more. */
  readonly peakMemoryBytes?: number;
}

/** These alone, of what has more. */
export function measuresOf({ seconds, setupSeconds, peakMemoryBytes }: Measures): Measures {
  return {
    seconds,
    ...(setupSeconds !== undefined && { setupSeconds }),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
  };
}

/** The manifest of one execution; the only place in an artifact that holds clock, host and path. */
export interface Execution extends Measures {
  readonly format: 1;
  readonly recipe: string;
  readonly kind: string;
  readonly version: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Digests of what was read, by role. */
  readonly inputs: Readonly<Record<string, string>>;
  /** By file name. */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** Digest over the names and contents of the files: equal work gives an equal one. */
  readonly output: string;
  readonly environment: Environment;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

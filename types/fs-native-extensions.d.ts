// fs-native-extensions ships no types. Declared here is the part in use: locks that the kernel frees with the process.

declare module 'fs-native-extensions' {
  interface LockOptions {
    /** Many may hold a shared lock at once; an exclusive one, the default, excludes all others. */
    shared?: boolean;
  }

  /** Locks the open file without waiting; false when another open file description holds it. */
  export function tryLock(fd: number, options?: LockOptions): boolean;
  export function tryLock(fd: number, offset: number, length?: number, options?: LockOptions): boolean;
  /** Blocks the thread until the lock is free. */
  export function waitForLockSync(fd: number, options?: LockOptions): void;
  export function unlock(fd: number, offset?: number, length?: number): void;
}

/**
 * Imported first by commands that end within a second or so. V8's optimising compiler works for programs that run
 * on: here it takes a third of the processor's time and gives nothing back (`stagecraft bench plan`).
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-opt');

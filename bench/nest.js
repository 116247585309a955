// @ts-check
// A Nest application without a server, as programs boot it that use the package.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** @param {import('@nestjs/common').DynamicModule[]} imports */
export async function bootNest(...imports) {
  class BenchModule {}
  Module({ imports })(BenchModule);
  return NestFactory.createApplicationContext(BenchModule, { logger: false });
}

/**
 * @param {string} directory
 * @param {{ durable?: boolean, mainFiles?: boolean }} options
 */
export async function bootStorage(directory, { durable = true, mainFiles = true } = {}) {
  const { PlayerRepository, StorageModule } = await import('../dist/index.js');
  const fsync = durable ? 'always' : 'never';
  const application = await bootNest(StorageModule.forRoot({ dataDir: directory, fsync, mainFiles }));
  return { application, players: application.get(PlayerRepository) };
}

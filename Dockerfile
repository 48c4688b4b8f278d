FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY scripts ./scripts
COPY src ./src
COPY packages/issuer/src ./packages/issuer/src
COPY workflows ./workflows
COPY activities ./activities
COPY worker ./worker
COPY docs ./docs
COPY examples/quickstart ./examples/quickstart
COPY CHANGELOG.md ./
RUN node scripts/build.mjs \
  && node scripts/sbom.mjs \
  && rm -rf dist/src/dev dist/src/simulator dist/src/docs-site \
  && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8080 8081
CMD ["node", "--enable-source-maps", "dist/src/main.js"]

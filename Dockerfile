# The service and its pages: docker build --tag clinstill .
# docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --publish 7860:7860 clinstill
# It runs as a user without rights, writes nothing outside /tmp, and needs no network.

FROM node:22.17.0-bookworm-slim@sha256:b04ce4ae4e95b522112c2e5c52f781471a5cbc3b594527bcddedee9bc48c03a0 AS private-page
WORKDIR /private
COPY space/private/package.json space/private/package-lock.json space/private/.npmrc \
     space/private/runtime.js space/private/vendor.mjs space/private/onnxruntime-license.txt ./
RUN npm ci && npm run vendor

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS packages
COPY locks/build.txt locks/image.txt /locks/
RUN python -m venv /venv \
    && for lock in build image; do \
        /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --no-build-isolation --use-pep517 \
            --requirement /locks/$lock.txt || exit; done

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    HOST=0.0.0.0 \
    PORT=7860
COPY --from=packages /venv /venv
COPY space /space
COPY --from=private-page /private/vendor /space/private/vendor
RUN python -m compileall -q /space
USER 65532:65532
WORKDIR /space
EXPOSE 7860
STOPSIGNAL SIGTERM
# Healthy is ready: both models have given their golden output, and nothing is being drained.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/readyz\", timeout=4)"]
CMD ["python", "app.py"]

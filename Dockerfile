# One image for every role; docker-compose.yml says which.
FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv
COPY requirements.txt ./
RUN /venv/bin/uv pip install --python /venv/bin/python --no-cache --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /app/node_modules node_modules
# Values that only collecting needs; nothing of them stays in the image.
RUN DEBUG=1 DATABASE_URL=postgres://build/build REDIS_URL=redis://build DATA_DIR=/srv/talad \
    sh -c '/venv/bin/python -m marketplace.dev.messages && /venv/bin/python manage.py collectstatic --noinput -v0' \
    && rm -f /srv/talad/secret-key

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home /app talad && mkdir -p /srv/talad/media && chown -R talad /srv/talad
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
COPY --from=build --chown=talad /srv/talad/static /srv/talad/static
WORKDIR /app
ENV PATH=/venv/bin:$PATH DATA_DIR=/srv/talad PYTHONUNBUFFERED=1 LC_ALL=C.UTF-8
USER talad
CMD ["gunicorn", "marketplace.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", "--access-logfile=-"]

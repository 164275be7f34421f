CREATE TABLE visits (page text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX visits_of_page ON visits (page);

#!/usr/bin/env bash
# Say the gate's answer in one comment on the pull request, edited in place by later runs.
#
# In:  GH_TOKEN           a token that may write to pull requests; without that right a warning is all that happens
#      GITHUB_REPOSITORY  OWNER/NAME
#      PULL_REQUEST       its number
#      COMMENT_FILE       Markdown that begins with the marker
#      COMMENT_QUIET      `true` where there is nothing to tell: an older comment is brought up to date, none is begun
set -euo pipefail

marker='<!-- mlops-assessor -->'
comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments

warn() {
  printf '::warning title=mlops-assessor::The comment could not be written; the job needs pull-requests: write.\n'
  exit 0
}

# Only a comment that a program wrote: anybody could begin one of their own with the marker.
older=$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id") || warn
older=${older%%$'\n'*}

if [ -n "$older" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$older" --field "body=@$COMMENT_FILE" || warn
elif [ "${COMMENT_QUIET:-false}" != true ]; then
  gh api --silent --method POST "$comments" --field "body=@$COMMENT_FILE" || warn
fi

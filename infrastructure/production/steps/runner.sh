# shellcheck shell=bash
# GitHub's runner of production runs as root, as cron does: no account is made for it. Its hook and its list are put in place
# by infrastructure/runner/install.sh; registering takes a token, and with it a person.

ensure_runner() {
  local directory=${wish[runner-directory]} difference code=0
  [[ -n ${wish[runner]} ]] || return 0
  difference=$(run_runner_install --check 2>"$scratch/runner") || code=$?
  ((code < 2)) || fail "the runner cannot be looked at: $(sed -n 1p "$scratch/runner")" 'infrastructure/runner/install.sh said so; docs/runner.md.'
  difference=$(sed -n 's/^drift: //p' <<<"$difference" | sed -n 1,3p | paste -sd';')
  settle 'job-started hook of the runner' "$difference" apply_runner_install
  [[ -e $directory/.runner ]] || todos+=("Register the runner: the steps are below.")
}

# A list that is there stays as it is, whatever an administrator made of it.
run_runner_install() {
  local repository=${wish[runner]} list=/etc/skills-hub-runner/skills-hub-production.conf event allow=()
  local workflows=$repository/.github/workflows
  if [[ ! -f $list ]]; then
    for event in 'push backup' 'schedule backup' 'workflow_dispatch backup' 'schedule verify' 'workflow_dispatch verify' 'workflow_dispatch restore'; do
      allow+=(--allow "$repository ${event% *} $workflows/${event#* }.yml@refs/heads/main protected")
    done
  fi
  bash "$clone/infrastructure/runner/install.sh" --label skills-hub-production --directory "${wish[runner-directory]}" "${allow[@]}" "$@"
}

apply_runner_install() { run_runner_install >&2 || fail 'the hook of the runner could not be put in place' 'Its message is above; docs/runner.md.'; }

tell_runner_steps() {
  local directory=${wish[runner-directory]}
  [[ -n ${wish[runner]} && ! -e $directory/.runner ]] || return 0
  cat <<STEPS

GitHub's runner (docs/runner.md), as root; TOKEN is shown by https://github.com/${wish[runner]}/settings/actions/runners/new:
  1. Unpack the runner that the page names, after comparing its SHA-256, into $directory
  2. cd $directory
     RUNNER_ALLOW_RUNASROOT=1 ./config.sh --unattended --url https://github.com/${wish[runner]} --token TOKEN \\
       --name "\$(hostname)-skills-hub-production" --labels skills-hub-production --work _work --disableupdate
     ./svc.sh install root
  3. infrastructure/production/provision.sh        (takes what config.sh wrote under the hook's rules)
  4. ./svc.sh start
  5. Prove it: a pushed branch with runs-on: skills-hub-production must end with "job refused".
STEPS
}

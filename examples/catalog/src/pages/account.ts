import { UniqueViolation } from 'athanor';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { checkCredentials } from '../auth/credentials.ts';
import { passwordLimits } from '../auth/password.ts';
import { flash } from '../auth/session.ts';
import { signIn, signOut } from '../auth/signed-in.ts';
import { db } from '../db.ts';
import { User } from '../models/user.ts';
import { field } from '../text-field.ts';
import { localPath } from '../web/address.ts';
import { sendPage } from '../web/page.ts';

type Errors = Record<string, string>;

interface SignUpForm {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export async function accountPages(app: FastifyInstance): Promise<void> {
  app.get('/sign-in', (request, reply) => showSignIn(reply, localPath(field(request.query, 'next'))));

  app.post('/sign-in', async ({ body }, reply) => {
    const form = { username: field(body, 'username').trim(), password: field(body, 'password') };
    const next = localPath(field(body, 'next'));
    const tooLong = form.password.length > passwordLimits.longest;
    const user = tooLong ? null : await checkCredentials(form.username, form.password);
    if (!user) return showSignIn(reply.code(401), next, form, { form: 'That user name and password do not belong together.' });
    signIn(reply, user);
    flash(reply, 'success', `Welcome back, ${user.username}.`);
    return reply.redirect(next, 303);
  });

  app.get('/sign-up', (request, reply) => showSignUp(reply, localPath(field(request.query, 'next'))));

  app.post('/sign-up', async ({ body }, reply) => {
    const form = { username: field(body, 'username').trim(), email: field(body, 'email').trim(), password: field(body, 'password') };
    const next = localPath(field(body, 'next'));
    const errors = checkSignUp(form);
    if (Object.keys(errors).length > 0) return showSignUp(reply.code(422), next, form, errors);
    const taken = await takenFields(form);
    if (Object.keys(taken).length > 0) return showSignUp(reply.code(409), next, form, taken);

    const user = new User({ username: form.username, email: form.email });
    await user.setPassword(form.password);
    db.session.add(user);
    try {
      await db.session.commit();
    } catch (error) {
      // Someone took the name between the look and the leap.
      if (!(error instanceof UniqueViolation)) throw error;
      await db.session.rollback();
      return showSignUp(reply.code(409), next, form, await takenFields(form));
    }
    signIn(reply, user);
    flash(reply, 'success', `Welcome to Kindling, ${user.username}.`);
    return reply.redirect(next, 303);
  });

  app.post('/sign-out', async (_request, reply) => {
    signOut(reply);
    flash(reply, 'success', 'You are signed out.');
    return reply.redirect('/', 303);
  });
}

function showSignIn(reply: FastifyReply, next: string, form: object = {}, errors: Errors = {}): Promise<FastifyReply> {
  return sendPage(reply, 'sign-in', { title: 'Sign in', next, form, errors });
}

function showSignUp(reply: FastifyReply, next: string, form: object = {}, errors: Errors = {}): Promise<FastifyReply> {
  return sendPage(reply, 'sign-up', { title: 'Make an account', next, form, errors });
}

function checkSignUp({ username, email, password }: SignUpForm): Errors {
  const errors: Errors = {};
  if (!/^[\p{L}\p{N}._-]{3,80}$/u.test(username)) {
    errors.username = 'Choose a name of 3 to 80 letters, digits, dots, hyphens and underscores.';
  }
  if (email.length > 120 || !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)) errors.email = 'That does not look like an e-mail address.';
  if (password.length < passwordLimits.shortest) errors.password = `Choose at least ${passwordLimits.shortest} characters.`;
  if (password.length > passwordLimits.longest) errors.password = `Choose at most ${passwordLimits.longest} characters.`;
  return errors;
}

async function takenFields({ username, email }: SignUpForm): Promise<Errors> {
  const errors: Errors = {};
  if (await User.query().filterBy({ username }).exists()) errors.username = 'Someone has this name already.';
  if (await User.query().filterBy({ email }).exists()) errors.email = 'There is an account with this address already.';
  return errors;
}
